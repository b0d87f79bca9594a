namespace Lifecycle.Sdk.Storage;

/// <summary>Registered models as rows.</summary>
internal sealed class ModelRow : SearchRow<RegisteredModel>
{
    private static readonly SearchOrder ByName = new(new(SearchEntity.Attribute, "name"));

    public static ModelRow Instance { get; } = new();

    public override SearchTarget Target => SearchTarget.Models;

    public override string IdOf(RegisteredModel row) => row.Name;

    public override LifecycleStage StageOf(RegisteredModel row) => LifecycleStage.Active;

    public override IReadOnlyList<SearchOrder> Complete(IReadOnlyList<SearchOrder> orderBy) =>
        orderBy.Any(term => term.Field == ByName.Field) ? orderBy : [.. orderBy, ByName];

    public override Func<RegisteredModel, SearchValue> Reader(SearchField field)
    {
        if (field is { Entity: SearchEntity.Attribute, Key: "creation_timestamp" }) return static row => TimeValue(row.CreationTime);
        if (field is { Entity: SearchEntity.Attribute, Key: "last_updated_timestamp" }) return static row => TimeValue(row.LastUpdateTime);
        var read = TextReader(field);
        return row => SearchValue.OfText(read(row));
    }

    public override Func<RegisteredModel, string?> TextReader(SearchField field) => (field.Entity, field.Key) switch
    {
        (SearchEntity.Tag, var key) => row => row.Tags.GetValueOrDefault(key),
        (SearchEntity.Attribute, "name") => static row => row.Name,
        _ => throw Unchecked(field),
    };

    public override Func<RegisteredModel, IEnumerable<string?>> DatasetReader(SearchField field) => throw Unchecked(field);
}

/// <summary>Model versions as rows.</summary>
internal sealed class VersionRow : SearchRow<ModelVersion>
{
    private static readonly SearchOrder[] Last =
    [
        new(new(SearchEntity.Attribute, "last_updated_timestamp"), Descending: true),
        new(new(SearchEntity.Attribute, "name")),
        new(new(SearchEntity.Attribute, "version_number"), Descending: true),
    ];

    public static VersionRow Instance { get; } = new();

    public override SearchTarget Target => SearchTarget.Versions;

    public override string IdOf(ModelVersion row) => FormattableString.Invariant($"{row.Model}/{row.Number}");

    public override LifecycleStage StageOf(ModelVersion row) => LifecycleStage.Active;

    public override IReadOnlyList<SearchOrder> Complete(IReadOnlyList<SearchOrder> orderBy) =>
        [.. orderBy, .. Last.Where(term => orderBy.All(given => given.Field != term.Field))];

    public override Func<ModelVersion, SearchValue> Reader(SearchField field)
    {
        if (field.Entity == SearchEntity.Attribute)
        {
            switch (field.Key)
            {
                case "version_number":
                    return static row => SearchValue.Of((long)row.Number);
                case "creation_timestamp":
                    return static row => TimeValue(row.CreationTime);
                case "last_updated_timestamp":
                    return static row => TimeValue(row.LastUpdateTime);
            }
        }

        var read = TextReader(field);
        return row => SearchValue.OfText(read(row));
    }

    public override Func<ModelVersion, string?> TextReader(SearchField field) => (field.Entity, field.Key) switch
    {
        (SearchEntity.Tag, var key) => row => row.Tags.GetValueOrDefault(key),
        (SearchEntity.Attribute, "name") => static row => row.Model,
        (SearchEntity.Attribute, "run_id") => static row => row.Run?.ToString(),
        (SearchEntity.Attribute, "source_path") => static row => row.Source,
        (SearchEntity.Attribute, "stage") => static row => row.Stage.ToString(),
        (SearchEntity.Attribute, "user_id") => static row => row.User,
        _ => throw Unchecked(field),
    };

    public override Func<ModelVersion, IEnumerable<string?>> DatasetReader(SearchField field) => throw Unchecked(field);
}
