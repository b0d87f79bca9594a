namespace Lifecycle.Sdk.Storage.Http;

/// <summary>
/// How a client and a server of this library recognise each other within MLflow's protocol. The server puts <see cref="ServerHeader"/> on every
/// answer, the client <see cref="ClientHeader"/> on every request. Once the client has seen the server's, the two use a few more fields, which stock servers and
/// clients ignore (WIRE.md lists them): nothing else differs, so that each also works with the stock counterpart.
/// </summary>
internal static class WireDialect
{
    public const string ServerHeader = "Lifecycle-Server";
    public const string ClientHeader = "Lifecycle-Sdk";

    /// <summary>When what a request says happened, in milliseconds since 1970: work that was offline is not younger for it.</summary>
    public const string TimeHeader = "Lifecycle-Time";

    /// <summary>The only version so far.</summary>
    public const string Version = "1";
}

/// <summary>Limits of MLflow's protocol. Lengths are in characters; those of names and users are of the columns of its databases, some of which refuse what is longer.</summary>
internal static class WireLimits
{
    public const int Key = 250;
    public const int ParamValue = 6_000;

    /// <summary>What every server takes in a tag; some take more, and cut the rest in silence.</summary>
    public const int TagValue = 5_000;

    public const int MetricsPerBatch = 1_000;
    public const int ParamsPerBatch = 100;
    public const int TagsPerBatch = 100;
    public const int ItemsPerBatch = 1_000;
    public const int BatchBytes = 1_000_000;
    public const int DatasetDigest = 36;
    public const int DatasetSource = 65_535;
    public const int DatasetSourceType = 36;
    public const int DatasetSchema = 1_048_575;
    public const int InputTagValue = 500;
    public const int RunName = 250;
    public const int UserId = 256;
    public const int ExperimentName = 256;
    public const int HistoryPage = 25_000;
}

/// <summary>Tags that MLflow's clients use, and those that this library's client adds.</summary>
internal static class WireTags
{
    public const string RunName = "mlflow.runName";
    public const string ParentRunId = "mlflow.parentRunId";
    public const string User = "mlflow.user";
    public const string Note = "mlflow.note.content";
    public const string LoggedModels = "mlflow.log-model.history";
    public const string DatasetContext = "mlflow.data.context";

    /// <summary>The id that a run was given where it began, on a server that gives ids of its own.</summary>
    public const string RunId = "lifecycle.run_id";

    /// <summary>
    /// What the server could not take as it is, as JSON; WIRE.md says how. Each writer has tags of its own, numbered from the second on:
    /// <c>lifecycle.wire.WRITER</c>, <c>lifecycle.wire.WRITER.2</c>.
    /// </summary>
    public const string Mapping = "lifecycle.wire";

    /// <summary>A run's or experiment's name where the server could take its beginning only.</summary>
    public const string FullName = "lifecycle.name";

    /// <summary>When somebody last logged to the run, in milliseconds since 1970.</summary>
    public const string LastSeen = "lifecycle.last_seen";

    /// <summary>Why the run failed.</summary>
    public const string Error = "lifecycle.error";

    /// <summary>The attempts to resume, as JSON.</summary>
    public const string Attempts = "lifecycle.attempts";
}
