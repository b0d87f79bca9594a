using System.Text;

namespace Lifecycle.Sdk.Server;

/// <summary>Tags in which the server keeps what the store has no place for. They are not shown.</summary>
internal static class ServerTags
{
    public const string ArtifactLocation = "lifecycle.artifact_location";

    /// <summary>Of a version: where else to look at its run.</summary>
    public const string RunLink = "lifecycle.run_link";

    public const string ModelInputs = "lifecycle.model_inputs";
    public const string ModelOutputs = "lifecycle.model_outputs";
    public const string DatasetPrefix = "lifecycle.dataset_input.";

    /// <summary>Whether logged models belong to the run. Clients ask for them whenever they list or read artifacts: the other runs must not be read for that.</summary>
    public const string HasLoggedModels = "lifecycle.has_logged_models";

    /// <summary>Whether the run is only there for the files of a model that came without a run. Stock clients, which never made it, do not find it.</summary>
    public const string IsModelHome = "lifecycle.is_model_home";

    public const string LoggedModelPrefix = "lifecycle.logged_model.";
    public const string ModelMetricPrefix = "lifecycle.model_metric.";

    private static readonly string[] Prefixes = [DatasetPrefix, LoggedModelPrefix, ModelMetricPrefix, ModelInputs + ".", ModelOutputs + "."];

    public static bool IsHidden(string tag) =>
        tag is ArtifactLocation or RunLink or ModelInputs or ModelOutputs or HasLoggedModels or IsModelHome || Array.Exists(Prefixes, prefix => tag.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>16 digits for what a tag is about, which may be too long, or too free, for a tag's name.</summary>
    public static string HashOf(string identity) => ContentDigest.Of(Encoding.UTF8.GetBytes(identity)).ToString()[..16];
}
