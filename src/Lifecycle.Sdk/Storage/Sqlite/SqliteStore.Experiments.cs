namespace Lifecycle.Sdk.Storage.Sqlite;

/// <content>Experiments.</content>
internal sealed partial class SqliteStore
{
    /// <inheritdoc/>
    public override ValueTask<ExperimentInfo> CreateExperimentAsync(
        string name, IReadOnlyDictionary<string, string>? tags = null, CancellationToken cancellationToken = default)
    {
        NameRules.RequireExperimentName(name);
        RequireTags(tags?.Select(tag => new KeyValuePair<string, string?>(tag.Key, tag.Value)));
        return WriteAsync(
            database =>
            {
                if (ExperimentWriter.FindByName(database, name) is { } taken) throw NameTaken(name, taken);
                var key = ExperimentWriter.Create(database, name, null, NowMilliseconds());
                foreach (var (tag, value) in tags ?? new Dictionary<string, string>()) SetTag(database, key, tag, value);
                return LoadExperiment(database, key);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask<ExperimentInfo> UpdateExperimentAsync(
        string experimentId, ExperimentUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(experimentId);
        ArgumentNullException.ThrowIfNull(update);
        if (update.Name is { } name) NameRules.RequireExperimentName(name);
        RequireTags(update.Tags);
        return WriteAsync(
            database =>
            {
                if (ExperimentWriter.KeyOf(experimentId) is not { } key || !ExperimentWriter.Exists(database, key))
                    throw new LifecycleNotFoundException($"There is no experiment '{NameRules.Shorten(experimentId)}' in "
                        + $"'{Address}'.")
                    { Store = Address };
                Change(database, key, update);
                return LoadExperiment(database, key);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask<ExperimentInfo?> GetExperimentAsync(string experimentId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(experimentId);
        if (ExperimentWriter.KeyOf(experimentId) is not { } key) return ValueTask.FromResult<ExperimentInfo?>(null);
        return ValueTask.FromResult(Read(database => ExperimentWriter.Exists(database, key) ? LoadExperiment(database, key) : null,
            cancellationToken));
    }

    /// <inheritdoc/>
    public override ValueTask<ExperimentInfo?> GetExperimentByNameAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return ValueTask.FromResult(Read(
            database => ExperimentWriter.FindByName(database, name) is { } key ? LoadExperiment(database, key) : null, cancellationToken));
    }

    private void Change(SqliteDatabase database, long key, ExperimentUpdate update)
    {
        if (update.Name is { } name && ExperimentWriter.FindByName(database, name) is { } taken && taken != key)
            throw NameTaken(name, taken);
        var now = NowMilliseconds();
        foreach (var (tag, value) in update.Tags) SetTag(database, key, tag, value);
        if (update.Stage is { } stage) ExperimentWriter.SetStage(database, key, stage, now);
        ExperimentWriter.Unseal(database, key);
        using (var change = database.Prepare("UPDATE experiments SET name = coalesce(?2, name), updated_ms = ?3 WHERE experiment_id = ?1"))
            change.Bind(1, key).Bind(2, update.Name).Bind(3, now).Run();
        ExperimentWriter.Seal(database, key);
    }

    private static void SetTag(SqliteDatabase database, long key, string tag, string? value)
    {
        using var statement = database.Prepare(
            value is null
                ? "DELETE FROM experiment_tags WHERE experiment_id = ?1 AND name = ?2"
                : SqliteSchema.ExperimentTags.Replace);
        statement.Bind(1, key).Bind(2, tag);
        if (value is not null) statement.Bind(3, value);
        statement.Run();
    }

    private ExperimentInfo LoadExperiment(SqliteDatabase database, long key) =>
        LoadExperiments(database, [key]) is [var experiment] ? experiment : throw Damaged($"The row of experiment {key}");

    /// <summary>Loads experiments by key, in that order; damaged rows are left out.</summary>
    private static List<ExperimentInfo> LoadExperiments(SqliteDatabase database, IReadOnlyList<long> keys)
    {
        var wanted = $"[{string.Join(',', keys)}]";
        var tags = keys.ToDictionary(key => key, _ => new Dictionary<string, string>());
        using (var query = database.Prepare(
            "SELECT experiment_id, name, value FROM experiment_tags WHERE experiment_id IN (SELECT value FROM json_each(?1))"))
        {
            query.Bind(1, wanted);
            while (query.Step()) tags[query.Int64(0)][query.Text(1)] = query.Text(2);
        }

        var found = new Dictionary<long, ExperimentInfo>();
        using var rows = database.Prepare(
            "SELECT experiment_id, name, stage, created_ms, updated_ms FROM experiments WHERE experiment_id IN (SELECT value FROM "
                + "json_each(?1))");
        rows.Bind(1, wanted);
        while (rows.Step())
        {
            if (!StageText.TryParse(rows.Text(2), out var stage) || RunLoader.TimeOf(rows.Int64(3)) is not { } created
                || RunLoader.TimeOf(rows.Int64(4)) is not { } updated)
            {
                continue;
            }

            var key = rows.Int64(0);
            found.Add(key, new ExperimentInfo
            {
                Id = ExperimentWriter.IdOf(key),
                Name = rows.Text(1),
                Stage = stage,
                CreationTime = created,
                LastUpdateTime = updated,
                Tags = tags[key],
            });
        }

        return [.. keys.Where(found.ContainsKey).Select(key => found[key])];
    }

    private static void RequireTags(IEnumerable<KeyValuePair<string, string?>>? tags)
    {
        foreach (var (name, value) in tags ?? [])
        {
            NameRules.RequireTagName(name);
            if (value is not null) NameRules.RequireValue(value, "tag value");
        }
    }

    private LifecycleConflictException NameTaken(string name, long key) =>
        new($"The experiment name '{NameRules.Shorten(name)}' is taken by experiment {key} in '{Address}', perhaps a deleted "
            + $"one.")
        { Store = Address };
}
