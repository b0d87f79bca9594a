using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Server;

/// <summary>Reads a logged model for the search grammar.</summary>
internal sealed class LoggedModelRow : SearchRow<LoggedModel>
{
    private const string StatusPrefix = "LOGGED_MODEL_";

    public static LoggedModelRow Instance { get; } = new();

    public override SearchTarget Target => SearchTarget.LoggedModels;

    public override string IdOf(LoggedModel row) => row.Id;

    public override LifecycleStage StageOf(LoggedModel row) => LifecycleStage.Active;

    public override IReadOnlyList<SearchOrder> Complete(IReadOnlyList<SearchOrder> orderBy) => orderBy;

    public override Func<LoggedModel, SearchValue> Reader(SearchField field) => (field.Entity, field.Key) switch
    {
        (SearchEntity.Attribute, "creation_timestamp") => static row => SearchValue.Of(row.CreationTime),
        (SearchEntity.Attribute, "last_updated_timestamp") => static row => SearchValue.Of(row.LastUpdateTime),
        (SearchEntity.Param, _) => ParamOf(field),
        _ => TextOf(field),
    };

    public override Func<LoggedModel, string?> TextReader(SearchField field) => (field.Entity, field.Key) switch
    {
        (SearchEntity.Tag, var key) => row => row.Tags.LastOrDefault(tag => tag.Key == key)?.Value,
        (SearchEntity.Param, var key) => row => row.Params.LastOrDefault(param => param.Key == key)?.Value,
        (SearchEntity.Attribute, "name") => static row => row.Name,
        (SearchEntity.Attribute, "model_id") => static row => row.Id,
        (SearchEntity.Attribute, "model_type") => static row => row.ModelType,
        (SearchEntity.Attribute, "status") => static row => row.Status[StatusPrefix.Length..],
        (SearchEntity.Attribute, "source_run_id") => static row => row.SourceRunId,
        (SearchEntity.Attribute, "experiment_id") => static row => row.ExperimentId,
        _ => throw Unchecked(field),
    };

    public override Func<LoggedModel, IEnumerable<string?>> DatasetReader(SearchField field) => throw Unchecked(field);

    private Func<LoggedModel, SearchValue> TextOf(SearchField field)
    {
        var read = TextReader(field);
        return row => SearchValue.OfText(read(row));
    }

    private Func<LoggedModel, SearchValue> ParamOf(SearchField field)
    {
        var read = TextReader(field);
        return row => read(row) is { } text ? SearchValue.OfTextOrNumber(text) : SearchValue.Missing;
    }
}

/// <summary>Reads one point of a logged model for the search grammar.</summary>
internal sealed class LoggedModelMetricRow : SearchRow<LoggedModelMetric>
{
    public static LoggedModelMetricRow Instance { get; } = new();

    public override SearchTarget Target => SearchTarget.LoggedModels;

    public override string IdOf(LoggedModelMetric row) => row.TagName;

    public override LifecycleStage StageOf(LoggedModelMetric row) => LifecycleStage.Active;

    public override IReadOnlyList<SearchOrder> Complete(IReadOnlyList<SearchOrder> orderBy) => orderBy;

    public override Func<LoggedModelMetric, SearchValue> Reader(SearchField field) => static row => SearchValue.Of(row.Value);

    public override Func<LoggedModelMetric, string?> TextReader(SearchField field) => throw Unchecked(field);

    public override Func<LoggedModelMetric, IEnumerable<string?>> DatasetReader(SearchField field) => throw Unchecked(field);
}
