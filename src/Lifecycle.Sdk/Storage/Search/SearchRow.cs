namespace Lifecycle.Sdk.Storage;

/// <summary>Where the fields of a row are found.</summary>
/// <typeparam name="T">The kind of row.</typeparam>
internal abstract class SearchRow<T>
{
    public abstract SearchTarget Target { get; }

    public abstract string IdOf(T row);

    public abstract LifecycleStage StageOf(T row);

    /// <summary>What follows the terms of a query, so that the order is total together with the id.</summary>
    public abstract IReadOnlyList<SearchOrder> Complete(IReadOnlyList<SearchOrder> orderBy);

    /// <summary>Reads a field that has at most one value.</summary>
    /// <param name="field">A valid field, no dataset.</param>
    public abstract Func<T, SearchValue> Reader(SearchField field);

    /// <summary>Reads a field as text, as string literals are compared with it; null if the row does not have it.</summary>
    /// <param name="field">A valid field of text or a param, no dataset.</param>
    public abstract Func<T, string?> TextReader(SearchField field);

    /// <summary>Reads all values of a dataset's attribute.</summary>
    public abstract Func<T, IEnumerable<string?>> DatasetReader(SearchField field);

    protected static SearchValue TimeValue(DateTimeOffset? time) =>
        time is { } known ? SearchValue.Of(known.ToUnixTimeMilliseconds()) : SearchValue.Missing;

    protected static InvalidOperationException Unchecked(SearchField field) => new($"The field {field} was not checked.");
}

/// <summary>Runs as rows.</summary>
internal sealed class RunRow : SearchRow<RunInfo>
{
    private static readonly SearchOrder StartTimeDescending = new(new(SearchEntity.Attribute, "start_time"), Descending: true);

    public static RunRow Instance { get; } = new();

    public override SearchTarget Target => SearchTarget.Runs;

    public override string IdOf(RunInfo row) => row.Id.ToString();

    public override LifecycleStage StageOf(RunInfo row) => row.Stage;

    public override IReadOnlyList<SearchOrder> Complete(IReadOnlyList<SearchOrder> orderBy) =>
        orderBy.Any(term => term.Field == StartTimeDescending.Field) ? orderBy : [.. orderBy, StartTimeDescending];

    public override Func<RunInfo, SearchValue> Reader(SearchField field) => field.Entity switch
    {
        SearchEntity.Metric => MetricReader(field.Key, field.Aggregate),
        SearchEntity.Param => row => row.Params.TryGetValue(field.Key, out var value) ? SearchValue.Of(value) : SearchValue.Missing,
        SearchEntity.Attribute when field.Key == "start_time" => static row => TimeValue(row.StartTime),
        SearchEntity.Attribute when field.Key == "end_time" => static row => TimeValue(row.EndTime),
        SearchEntity.Attribute when field.Key == "experiment_id" => static row => SearchValue.OfTextOrNumber(row.ExperimentId),
        _ => Texts(TextReader(field)),
    };

    public override Func<RunInfo, string?> TextReader(SearchField field) => field.Entity switch
    {
        SearchEntity.Tag => row => row.Tags.GetValueOrDefault(field.Key),
        SearchEntity.Param => row => row.Params.TryGetValue(field.Key, out var value) ? value.ToString() : null,
        SearchEntity.Attribute => field.Key switch
        {
            "run_id" => static row => row.Id.ToString(),
            "run_name" => static row => row.Name,
            "status" => static row => StatusText(row.Status),
            "user_id" => static row => row.User,
            "experiment_id" => static row => row.ExperimentId,
            "parent_run_id" => static row => row.ParentId?.ToString(),
            _ => throw Unchecked(field),
        },
        _ => throw Unchecked(field),
    };

    public override Func<RunInfo, IEnumerable<string?>> DatasetReader(SearchField field) => field.Key switch
    {
        "name" => static row => row.Inputs.Select(input => (string?)input.Name),
        "digest" => static row => row.Inputs.Select(input => (string?)input.Digest),
        "context" => static row => row.Inputs.Select(input => input.Context),
        _ => throw Unchecked(field),
    };

    /// <summary>A status as searches write it.</summary>
    public static string StatusText(RunStatus status) => status switch
    {
        RunStatus.Running => "RUNNING",
        RunStatus.Scheduled => "SCHEDULED",
        RunStatus.Finished => "FINISHED",
        RunStatus.Failed => "FAILED",
        RunStatus.Killed => "KILLED",
        RunStatus.Interrupted => "INTERRUPTED",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "This run status is not known."),
    };

    private static Func<RunInfo, SearchValue> Texts(Func<RunInfo, string?> read) => row => SearchValue.OfText(read(row));

    private static Func<RunInfo, SearchValue> MetricReader(string key, MetricAggregate aggregate) =>
        row => row.Metrics.TryGetValue(key, out var summary) ? ValueOf(summary, aggregate) : SearchValue.Missing;

    // A series of nothing but NaN has no smallest and no largest value; it is there, so that is NaN and not missing.
    private static SearchValue ValueOf(MetricSummary summary, MetricAggregate aggregate) => aggregate switch
    {
        MetricAggregate.Last => SearchValue.Of(summary.Last.Value),
        MetricAggregate.Min => SearchValue.Of(summary.Min?.Value ?? double.NaN),
        MetricAggregate.Max => SearchValue.Of(summary.Max?.Value ?? double.NaN),
        MetricAggregate.Mean => SearchValue.Of(summary.Mean),
        MetricAggregate.First => SearchValue.Of(summary.First.Value),
        MetricAggregate.Count => SearchValue.Of(summary.Count),
        _ => throw new ArgumentOutOfRangeException(nameof(aggregate), aggregate, "This aggregate is not known."),
    };
}

/// <summary>Experiments as rows.</summary>
internal sealed class ExperimentRow : SearchRow<ExperimentInfo>
{
    private static readonly SearchOrder NewestFirst = new(new(SearchEntity.Attribute, "creation_time"), Descending: true);
    private static readonly SearchOrder ById = new(new(SearchEntity.Attribute, "experiment_id"));

    public static ExperimentRow Instance { get; } = new();

    public override SearchTarget Target => SearchTarget.Experiments;

    public override string IdOf(ExperimentInfo row) => row.Id;

    public override LifecycleStage StageOf(ExperimentInfo row) => row.Stage;

    public override IReadOnlyList<SearchOrder> Complete(IReadOnlyList<SearchOrder> orderBy) =>
        orderBy.Count == 0 ? [NewestFirst, ById]
        : orderBy.Any(term => term.Field == ById.Field) ? orderBy
        : [.. orderBy, ById];

    public override Func<ExperimentInfo, SearchValue> Reader(SearchField field) => (field.Entity, field.Key) switch
    {
        (SearchEntity.Attribute, "creation_time") => static row => TimeValue(row.CreationTime),
        (SearchEntity.Attribute, "last_update_time") => static row => TimeValue(row.LastUpdateTime),
        (SearchEntity.Attribute, "experiment_id") => static row => SearchValue.OfTextOrNumber(row.Id),
        _ => Texts(TextReader(field)),
    };

    public override Func<ExperimentInfo, string?> TextReader(SearchField field) => (field.Entity, field.Key) switch
    {
        (SearchEntity.Tag, var key) => row => row.Tags.GetValueOrDefault(key),
        (SearchEntity.Attribute, "experiment_id") => static row => row.Id,
        (SearchEntity.Attribute, "name") => static row => row.Name,
        _ => throw Unchecked(field),
    };

    public override Func<ExperimentInfo, IEnumerable<string?>> DatasetReader(SearchField field) => throw Unchecked(field);

    private static Func<ExperimentInfo, SearchValue> Texts(Func<ExperimentInfo, string?> read) => row => SearchValue.OfText(read(row));
}
