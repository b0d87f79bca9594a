using System.Text;

namespace Lifecycle.Sdk.Storage.Sqlite;

/// <summary>
/// Loads the details of many runs with one query a table, never one a run. Rows that can't be read are left out: a
/// verification reports them.
/// </summary>
internal sealed class RunLoader(SqliteDatabase database)
{
    private static readonly long MinMilliseconds = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long MaxMilliseconds = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private readonly Dictionary<long, Dictionary<string, ParamValue>> _params = [];
    private readonly Dictionary<long, Dictionary<string, string>> _tags = [];
    private readonly Dictionary<long, Dictionary<string, MetricSummary>> _metrics = [];
    private readonly Dictionary<long, List<DatasetInput>> _inputs = [];
    private readonly Dictionary<long, List<RunAttempt>> _attempts = [];

    /// <summary>Loads runs by their keys, in that order.</summary>
    public List<RunInfo> Load(IReadOnlyList<long> runKeys)
    {
        if (runKeys.Count == 0) return [];
        var keys = new StringBuilder("[").AppendJoin(',', runKeys).Append(']').ToString();
        LoadParams(keys);
        LoadTags(keys);
        LoadMetrics(keys);
        LoadInputs(keys);
        LoadAttempts(keys);
        var runs = LoadRuns(keys);
        return [.. runKeys.Where(runs.ContainsKey).Select(key => runs[key])];
    }

    /// <summary>A time from a row; null if it is none that .NET has.</summary>
    public static DateTimeOffset? TimeOf(long milliseconds) =>
        milliseconds >= MinMilliseconds && milliseconds <= MaxMilliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    private Dictionary<long, RunInfo> LoadRuns(string keys)
    {
        var runs = new Dictionary<long, RunInfo>();
        using var query = Select(
            keys,
            "runs",
            "run_id, experiment_id, name, status, stage, start_ms, end_ms, last_seen_ms, parent_run_id, user_name, error");
        while (query.Step())
        {
            if (ReadRun(query) is { } run) runs.Add(query.Int64(0), run);
        }

        return runs;
    }

    private RunInfo? ReadRun(SqliteStatement row)
    {
        var key = row.Int64(0);
        RunId parent = default;
        if (!RunId.TryParse(row.Text(1), null, out var id) || !StatusText.TryParse(row.Text(4), out var status)
            || !StageText.TryParse(row.Text(5), out var stage) || TimeOf(row.Int64(6)) is not { } start || TimeOf(row.Int64(8))
                is not { } seen
            || (!row.IsNull(9) && !RunId.TryParse(row.Text(9), null, out parent)))
        {
            return null;
        }

        DateTimeOffset? end = row.IsNull(7) ? null : TimeOf(row.Int64(7));
        if (end is null && !row.IsNull(7)) return null;
        return new RunInfo
        {
            Id = id,
            ExperimentId = ExperimentWriter.IdOf(row.Int64(2)),
            Name = row.Text(3),
            Status = status,
            Stage = stage,
            StartTime = start,
            EndTime = end,
            LastSeen = seen,
            ParentId = parent.IsEmpty ? null : parent,
            User = row.NullableText(10),
            Error = row.NullableText(11),
            Params = _params.GetValueOrDefault(key) ?? [],
            Tags = _tags.GetValueOrDefault(key) ?? [],
            Metrics = _metrics.GetValueOrDefault(key) ?? [],
            Inputs = _inputs.GetValueOrDefault(key) ?? [],
            Attempts = _attempts.GetValueOrDefault(key) ?? [],
        };
    }

    private void LoadParams(string keys)
    {
        using var query = Select(keys, "params", "name, kind, text, bits");
        while (query.Step())
        {
            if (ParamRow.TryRead(query, 2, out var value)) Of(_params, query.Int64(0))[query.Text(1)] = value;
        }
    }

    private void LoadTags(string keys)
    {
        using var query = Select(keys, "tags", "name, value");
        while (query.Step()) Of(_tags, query.Int64(0))[query.Text(1)] = query.Text(2);
    }

    private void LoadMetrics(string keys)
    {
        using var query = Select(keys, "series", SeriesRow.Columns);
        while (query.Step())
        {
            if (SeriesRow.TryRead(query, 1) is not { } summary) continue;
            var name = query.Text(1);
            Of(_metrics, query.Int64(0))[name] = summary.Build(name);
        }
    }

    private void LoadInputs(string keys)
    {
        using var query = Select(keys, "inputs", "name, digest, context, source, source_type, schema_text, row_count",
            "ORDER BY run_key, position");
        while (query.Step())
        {
            Of(_inputs, query.Int64(0)).Add(new DatasetInput
            {
                Name = query.Text(1),
                Digest = query.Text(2),
                Context = query.NullableText(3),
                Source = query.NullableText(4),
                SourceType = query.NullableText(5),
                Schema = query.NullableText(6),
                RowCount = query.NullableInt64(7),
            });
        }
    }

    private void LoadAttempts(string keys)
    {
        using var query = Select(keys, "attempts", "attempt, from_step", "ORDER BY run_key, attempt");
        while (query.Step()) Of(_attempts, query.Int64(0)).Add(new RunAttempt(query.Int64(1), query.NullableInt64(2)));
    }

    /// <summary>The rows of the runs: the run's key, then the columns.</summary>
    private SqliteStatement Select(string keys, string table, string columns, string order = "") =>
        database.Prepare($"SELECT run_key, {columns} FROM {table} WHERE run_key IN (SELECT value FROM json_each(?1)) {order}")
            .Bind(1, keys);

    private static T Of<T>(Dictionary<long, T> all, long key)
        where T : new()
    {
        if (!all.TryGetValue(key, out var own)) all.Add(key, own = new T());
        return own;
    }
}
