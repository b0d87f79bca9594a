using System.Collections.Frozen;

namespace Lifecycle.Sdk.Storage;

/// <summary>What a query is about: it decides which attributes there are.</summary>
internal enum SearchTarget
{
    Runs,
    Experiments,
    Models,
    Versions,

    /// <summary>Models that the server keeps for MLflow's 3.x clients.</summary>
    LoggedModels,
}

/// <summary>What a field's values are, which decides the operators and literals that fit it.</summary>
internal enum FieldType
{
    Text,
    Number,
    Time,
    Param,
}

/// <summary>The names that fields go by: MLflow's entities, attributes and aliases, and what people write by mistake.</summary>
internal static class SearchFields
{
    private static readonly FrozenDictionary<string, SearchEntity> Entities = new Dictionary<string, SearchEntity>
    {
        ["metric"] = SearchEntity.Metric,
        ["metrics"] = SearchEntity.Metric,
        ["param"] = SearchEntity.Param,
        ["params"] = SearchEntity.Param,
        ["parameter"] = SearchEntity.Param,
        ["parameters"] = SearchEntity.Param,
        ["tag"] = SearchEntity.Tag,
        ["tags"] = SearchEntity.Tag,
        ["attribute"] = SearchEntity.Attribute,
        ["attributes"] = SearchEntity.Attribute,
        ["attr"] = SearchEntity.Attribute,
        ["run"] = SearchEntity.Attribute,
        ["dataset"] = SearchEntity.Dataset,
        ["datasets"] = SearchEntity.Dataset,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, MetricAggregate> Aggregates = new Dictionary<string, MetricAggregate>
    {
        ["last"] = MetricAggregate.Last,
        ["min"] = MetricAggregate.Min,
        ["max"] = MetricAggregate.Max,
        ["mean"] = MetricAggregate.Mean,
        ["avg"] = MetricAggregate.Mean,
        ["first"] = MetricAggregate.First,
        ["count"] = MetricAggregate.Count,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, FieldType> RunAttributes = new Dictionary<string, FieldType>
    {
        ["run_id"] = FieldType.Text,
        ["run_name"] = FieldType.Text,
        ["status"] = FieldType.Text,
        ["user_id"] = FieldType.Text,
        ["experiment_id"] = FieldType.Text,
        ["parent_run_id"] = FieldType.Text,
        ["start_time"] = FieldType.Time,
        ["end_time"] = FieldType.Time,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, FieldType> ExperimentAttributes = new Dictionary<string, FieldType>
    {
        ["experiment_id"] = FieldType.Text,
        ["name"] = FieldType.Text,
        ["creation_time"] = FieldType.Time,
        ["last_update_time"] = FieldType.Time,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, FieldType> ModelAttributes = new Dictionary<string, FieldType>
    {
        ["name"] = FieldType.Text,
        ["creation_timestamp"] = FieldType.Time,
        ["last_updated_timestamp"] = FieldType.Time,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, FieldType> VersionAttributes = new Dictionary<string, FieldType>
    {
        ["name"] = FieldType.Text,
        ["version_number"] = FieldType.Number,
        ["run_id"] = FieldType.Text,
        ["source_path"] = FieldType.Text,
        ["stage"] = FieldType.Text,
        ["user_id"] = FieldType.Text,
        ["creation_timestamp"] = FieldType.Time,
        ["last_updated_timestamp"] = FieldType.Time,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, FieldType> LoggedModelAttributes = new Dictionary<string, FieldType>
    {
        ["name"] = FieldType.Text,
        ["model_id"] = FieldType.Text,
        ["model_type"] = FieldType.Text,
        ["status"] = FieldType.Text,
        ["source_run_id"] = FieldType.Text,
        ["experiment_id"] = FieldType.Text,
        ["creation_timestamp"] = FieldType.Time,
        ["last_updated_timestamp"] = FieldType.Time,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, FieldType> DatasetAttributes = new Dictionary<string, FieldType>
    {
        ["name"] = FieldType.Text,
        ["digest"] = FieldType.Text,
        ["context"] = FieldType.Text,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Names that mean an attribute, beyond its own in any case.</summary>
    private static readonly FrozenDictionary<string, string> RunAliases = new Dictionary<string, string>
    {
        ["run name"] = "run_name",
        ["created"] = "start_time",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string> LoggedModelAliases = new Dictionary<string, string>
    {
        ["creation_time"] = "creation_timestamp",
        ["last_updated_time"] = "last_updated_timestamp",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string> RegistryAliases = new Dictionary<string, string>
    {
        ["timestamp"] = "last_updated_timestamp",
        ["version"] = "version_number",
        ["source"] = "source_path",
        ["current_stage"] = "stage",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Names that are no attributes, with what was probably meant.</summary>
    private static readonly FrozenDictionary<string, string> Slips = new Dictionary<string, string>
    {
        ["name"] = "run_name",
        ["id"] = "run_id",
        ["user"] = "user_id",
        ["parent"] = "parent_run_id",
        ["parent_id"] = "parent_run_id",
        ["experiment"] = "experiment_id",
        ["started"] = "start_time",
        ["ended"] = "end_time",
        ["state"] = "status",
        ["start"] = "start_time",
        ["end"] = "end_time",
        ["created_at"] = "creation_time",
        ["updated"] = "last_update_time",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static bool TryEntity(string name, out SearchEntity entity) => Entities.TryGetValue(name, out entity);

    public static bool TryAggregate(string name, out MetricAggregate aggregate) => Aggregates.TryGetValue(name, out aggregate);

    /// <summary>The canonical key of an attribute; null if there is none of that name.</summary>
    public static string? FindAttribute(SearchTarget target, string name)
    {
        if (target == SearchTarget.Runs && RunAliases.TryGetValue(name, out var meant)) return meant;
        if (target == SearchTarget.LoggedModels && LoggedModelAliases.TryGetValue(name, out meant)) return meant;
        if (target is SearchTarget.Models or SearchTarget.Versions && RegistryAliases.TryGetValue(name, out meant) && AttributesOf(target).ContainsKey(meant))
            return meant;
        return AttributesOf(target).Keys.FirstOrDefault(key => key.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The canonical key of a dataset's attribute; null if there is none of that name.</summary>
    public static string? FindDatasetAttribute(string name) =>
        DatasetAttributes.Keys.FirstOrDefault(key => key.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The type of a field in canonical form.</summary>
    /// <exception cref="ArgumentException">There is no such field.</exception>
    public static FieldType TypeOf(SearchTarget target, SearchField field)
    {
        if (string.IsNullOrEmpty(field.Key)) throw new ArgumentException("A search field has an empty key.", nameof(field));
        if (!Has(target, field.Entity)) throw new ArgumentException($"The field {field} is not one of {NameOf(target)}, which have {EntitiesOf(target)}.", nameof(field));
        if (field.Aggregate != MetricAggregate.Last && target != SearchTarget.Runs)
            throw new ArgumentException($"The aggregate {field.Aggregate} of {field.Key} is refused: only metrics of runs have aggregates.", nameof(field));
        if (field.Aggregate != MetricAggregate.Last && (field.Entity != SearchEntity.Metric || !Enum.IsDefined(field.Aggregate)))
            throw new ArgumentException(
                $"The aggregate {field.Aggregate} of {field.Key} is refused: only metrics have aggregates.", nameof(field));
        return field.Entity switch
        {
            SearchEntity.Metric => FieldType.Number,
            SearchEntity.Param => FieldType.Param,
            SearchEntity.Tag => FieldType.Text,
            SearchEntity.Attribute when AttributesOf(target).TryGetValue(field.Key, out var type) => type,
            SearchEntity.Dataset when DatasetAttributes.TryGetValue(field.Key, out var type) => type,
            _ => throw new ArgumentException($"There is no field {field}: {Expectation(target, field.Entity)}.", nameof(field)),
        };
    }

    /// <summary>Whether what is searched has fields of an entity.</summary>
    public static bool Has(SearchTarget target, SearchEntity entity) => entity switch
    {
        SearchEntity.Attribute or SearchEntity.Tag => true,
        SearchEntity.Metric or SearchEntity.Param => target is SearchTarget.Runs or SearchTarget.LoggedModels,
        _ => target == SearchTarget.Runs,
    };

    /// <summary>The entities of what is searched, for messages.</summary>
    public static string EntitiesOf(SearchTarget target) => target == SearchTarget.LoggedModels ? "attributes, tags, params and metrics" : "attributes and tags";

    /// <summary>What is searched, for messages.</summary>
    public static string NameOf(SearchTarget target) => target switch
    {
        SearchTarget.Runs => "runs",
        SearchTarget.Experiments => "experiments",
        SearchTarget.Models => "registered models",
        SearchTarget.LoggedModels => "logged models",
        _ => "model versions",
    };

    /// <summary>What may stand after the entity, for messages.</summary>
    public static string Expectation(SearchTarget target, SearchEntity entity) => entity == SearchEntity.Dataset
        ? "datasets have name, digest, context"
        : $"{NameOf(target)} have the attributes {string.Join(", ", AttributesOf(target).Keys.Order(StringComparer.Ordinal))}";

    /// <summary>The entity or aggregate that was probably meant; null if nothing is near.</summary>
    public static string? SuggestEntity(string name) => Nearest(name, Entities.Keys);

    /// <summary>The attribute that was probably meant; null if nothing is near.</summary>
    public static string? SuggestAttribute(SearchTarget target, string name) =>
        Slips.TryGetValue(name, out var meant) && AttributesOf(target).ContainsKey(meant) ? meant : Nearest(name, AttributesOf(target).Keys);

    private static FrozenDictionary<string, FieldType> AttributesOf(SearchTarget target) =>
        target switch
        {
            SearchTarget.Runs => RunAttributes,
            SearchTarget.Experiments => ExperimentAttributes,
            SearchTarget.Models => ModelAttributes,
            SearchTarget.LoggedModels => LoggedModelAttributes,
            _ => VersionAttributes,
        };

    private static string? Nearest(string name, IEnumerable<string> candidates)
    {
        if (name.Length is < 3 or > 30) return null;
        var (best, distance) = candidates.Select(c => (c, EditDistance(name.ToLowerInvariant(), c)))
            .OrderBy(pair => pair.Item2).ThenBy(pair => pair.c, StringComparer.Ordinal).First();
        return distance <= Math.Max(1, name.Length / 4) ? best : null;
    }

    /// <summary>Levenshtein's distance, with one row of the table at a time.</summary>
    private static int EditDistance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
