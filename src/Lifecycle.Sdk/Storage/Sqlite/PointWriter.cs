using System.Buffers;

namespace Lifecycle.Sdk.Storage.Sqlite;

/// <summary>
/// Writes points as blocks and keeps the summaries. Small blocks are merged as in a binary counter: the last block joins the new one
/// while it is not larger and both fit into one, so that a point is encoded a logarithmic number of times and a series has few blocks,
/// however small the batches are. Used by one writer at a time; the buffers are reused.
/// </summary>
internal sealed class PointWriter
{
    private const string FindSeries =
        "SELECT series_key, stored, row_check = checksum(" + SeriesChecked + "), " + SeriesRow.Columns
            + " FROM series WHERE run_key = ?1 AND name = ?2";

    private const string SeriesChecked =
        "run_key, name, stored, count, nan_count, first_step, first_ms, first_value, last_step, last_ms, last_value, "
        + "min_step, min_ms, min_value, max_step, max_ms, max_value, sum, mean, exact";

    private readonly ArrayBufferWriter<byte> _encoded = new();
    private readonly long[] _steps = new long[PointCodec.MaxCount];
    private readonly long[] _timestamps = new long[PointCodec.MaxCount];
    private readonly double[] _values = new double[PointCodec.MaxCount];

    /// <summary>Appends all points of a batch.</summary>
    public void Append(SqliteDatabase database, long runKey, RunBatch batch)
    {
        if (batch.Points.Count == 0) return;
        var cutoffs = AttemptCutoffs.Load(database, runKey);
        var cutoff = cutoffs.CutoffOf(batch.Attempt);
        foreach (var points in batch.Points)
        {
            var series = FindOrCreate(database, runKey, points.Key);
            if (!batch.Conditions.HasFlag(BatchConditions.NewPointsOnly)) Append(database, series, batch.Attempt, cutoff, points);
            else if (SelectNew(database, series, batch.Attempt, cutoffs, points) is { } fresh) Append(database, series, batch.Attempt, cutoff, fresh);
        }
    }

    /// <summary>Summarises anew every series that has points which an attempt supersedes.</summary>
    public void Supersede(SqliteDatabase database, long runKey, long attempt, long? fromStep)
    {
        if (fromStep is not { } step) return;
        var touched = new List<(long Key, string Name)>();
        using (var query = database.Prepare(
            """
            SELECT series_key, name FROM series s
            WHERE run_key = ?1 AND EXISTS (SELECT 1 FROM blocks b WHERE b.series_key = s.series_key AND attempt < ?2 AND max_step >= ?3)
            """))
        {
            query.Bind(1, runKey).Bind(2, attempt).Bind(3, step);
            while (query.Step()) touched.Add((query.Int64(0), query.Text(1)));
        }

        foreach (var (key, name) in touched) Store(database, Recompute(database, runKey, key, name));
    }

    private static SeriesPoints? SelectNew(
        SqliteDatabase database, SeriesState series, long attempt, AttemptCutoffs cutoffs, in SeriesPoints points) => NewPoints.Select(
            points, series.Summary.Count > 0 ? series.Summary.Last : null, attempt, cutoffs.CutoffOf,
            (min, max) => BlocksBetween(database, series.Key, min, max));

    private static IEnumerable<PointBlock> BlocksBetween(SqliteDatabase database, long seriesKey, long min, long max)
    {
        using var query = database.Prepare("SELECT data, attempt FROM blocks WHERE series_key = ?1 AND max_step >= ?2 AND min_step <= ?3");
        query.Bind(1, seriesKey).Bind(2, min).Bind(3, max);
        while (query.Step())
        {
            if (TryDecode(query) is { } block) yield return block;
        }
    }

    /// <summary>A block; null if it is damaged: what can't be read is not held, so that a client that sends it again repairs it.</summary>
    private static PointBlock? TryDecode(SqliteStatement row)
    {
        try
        {
            return PointCodec.Decode(row.Blob(0), row.Int64(1));
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private void Append(SqliteDatabase database, SeriesState series, long attempt, long? cutoff, in SeriesPoints points)
    {
        Summarise(series.Summary, cutoff, points.Steps.Span, points.Timestamps.Span, points.Values.Span);
        var added = points.Steps.Length;
        var merged = TakeTail(database, series, attempt, added);
        var first = series.Stored - merged;
        var taken = 0;
        while (taken < added)
        {
            var count = Math.Min(added - taken, PointCodec.MaxCount - merged);
            points.Steps.Span.Slice(taken, count).CopyTo(_steps.AsSpan(merged));
            points.Timestamps.Span.Slice(taken, count).CopyTo(_timestamps.AsSpan(merged));
            points.Values.Span.Slice(taken, count).CopyTo(_values.AsSpan(merged));
            InsertBlock(database, series.Key, attempt, first, merged + count);
            first += merged + count;
            taken += count;
            merged = 0;
        }

        series.Stored += added;
        Store(database, series);
    }

    /// <summary>Removes the last blocks that belong into the next one and decodes them to the front of the buffers.</summary>
    /// <returns>How many points they had.</returns>
    private int TakeTail(SqliteDatabase database, SeriesState series, long attempt, int added)
    {
        var merged = 0;
        while (true)
        {
            using var query = database.Prepare(
                "SELECT block_key, first_index, count, data, attempt FROM blocks WHERE series_key = ?1 AND first_index < ?2 ORDER BY "
                    + "first_index DESC LIMIT 1");
            var end = series.Stored - merged;
            if (!query.Bind(1, series.Key).Bind(2, end).Step() || query.Int64(4) != attempt) return merged;
            var count = query.Int64(2);
            if (query.Int64(1) + count != end || count > merged + added || count + merged + added > PointCodec.MaxCount) return merged;
            Shift(merged, (int)count);
            if (!TryDecode(query.Blob(3), (int)count))
            {
                // Its place stays as it is for the verification to report; the new points go behind it.
                Shift((int)count + merged, -(int)count);
                return merged;
            }

            using var delete = database.Prepare("DELETE FROM blocks WHERE block_key = ?1");
            delete.Bind(1, query.Int64(0)).Run();
            merged += (int)count;
        }
    }

    private void Shift(int length, int by)
    {
        if (by == 0 || length == 0) return;
        var (from, to, moved) = by > 0 ? (0, by, length) : (-by, 0, length + by);
        Array.Copy(_steps, from, _steps, to, moved);
        Array.Copy(_timestamps, from, _timestamps, to, moved);
        Array.Copy(_values, from, _values, to, moved);
    }

    private bool TryDecode(ReadOnlySpan<byte> block, int count)
    {
        try
        {
            return PointCodec.ReadHeader(block).Count == count
                && PointCodec.Decode(block, _steps.AsSpan(0, count), _timestamps.AsSpan(0, count), _values.AsSpan(0, count)) == count;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private void InsertBlock(SqliteDatabase database, long seriesKey, long attempt, long first, int count)
    {
        var steps = _steps.AsSpan(0, count);
        _encoded.ResetWrittenCount();
        PointCodec.Encode(steps, _timestamps.AsSpan(0, count), _values.AsSpan(0, count), _encoded);
        var (min, max) = (long.MaxValue, long.MinValue);
        foreach (var step in steps)
        {
            min = Math.Min(min, step);
            max = Math.Max(max, step);
        }

        using var insert = database.Prepare(InsertBlockRow);
        insert.Bind(1, seriesKey).Bind(2, attempt).Bind(3, first).Bind(4, count).Bind(5, min).Bind(6, max).Bind(7, _encoded.WrittenSpan)
            .Run();
    }

    private const string InsertBlockRow =
        """
        INSERT INTO blocks (series_key, attempt, first_index, count, min_step, max_step, data, row_check)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, checksum(?1, ?2, ?3, ?4, ?5, ?6))
        """;

    private SeriesState FindOrCreate(SqliteDatabase database, long runKey, string name)
    {
        long key;
        using (var query = database.Prepare(FindSeries))
        {
            if (!query.Bind(1, runKey).Bind(2, name).Step()) return Create(database, runKey, name);
            key = query.Int64(0);
            var isSound = query.Int64(2) != 0;
            if (isSound && query.Int64(4) == 0) return new SeriesState(key, runKey, name, query.Int64(1), new MetricSummaryBuilder());
            if (isSound && SeriesRow.TryRead(query, 3) is { } summary) return new SeriesState(key, runKey, name, query.Int64(1), summary);
        }

        // The row is damaged, its points are not: they say the same.
        return Recompute(database, runKey, key, name);
    }

    private static SeriesState Create(SqliteDatabase database, long runKey, string name)
    {
        MetricKey.Parse(name);
        using var insert = database.Prepare(
            "INSERT INTO series (run_key, name, stored, count, nan_count, exact, row_check) VALUES (?1, ?2, 0, 0, 0, x'', 0)");
        insert.Bind(1, runKey).Bind(2, name).Run();
        return new SeriesState(database.LastInsertRowId, runKey, name, 0, new MetricSummaryBuilder());
    }

    private SeriesState Recompute(SqliteDatabase database, long runKey, long seriesKey, string name)
    {
        var cutoffs = AttemptCutoffs.Load(database, runKey);
        var series = new SeriesState(seriesKey, runKey, name, 0, new MetricSummaryBuilder());
        using var query = database.Prepare("SELECT attempt, first_index, count, max_step, data FROM blocks WHERE series_key = ?1 "
            + "ORDER BY first_index");
        query.Bind(1, seriesKey);
        while (query.Step())
        {
            series.Stored = query.Int64(1) + query.Int64(2);
            var cutoff = cutoffs.CutoffOf(query.Int64(0));
            var count = (int)Math.Clamp(query.Int64(2), 0, PointCodec.MaxCount);
            if (!TryDecode(query.Blob(4), count)) continue;
            Summarise(series.Summary, cutoff, _steps.AsSpan(0, count), _timestamps.AsSpan(0, count), _values.AsSpan(0, count));
        }

        return series;
    }

    private static void Summarise(
        MetricSummaryBuilder summary, long? cutoff, ReadOnlySpan<long> steps, ReadOnlySpan<long> timestamps, ReadOnlySpan<double> values)
    {
        if (cutoff is not { } end)
        {
            summary.Add(steps, timestamps, values);
            return;
        }

        for (var i = 0; i < steps.Length; i++)
        {
            if (steps[i] < end) summary.Add(new MetricPoint(steps[i], timestamps[i], values[i]));
        }
    }

    private static void Store(SqliteDatabase database, SeriesState series)
    {
        using var update = database.Prepare(StoreSeries);
        update.Bind(1, series.Key).Bind(2, series.RunKey).Bind(3, series.Name).Bind(4, series.Stored);
        SeriesRow.Bind(update, 5, series.Summary);
        update.Run();
    }

    private const string StoreSeries =
        """
        UPDATE series SET
            stored = ?4, count = ?5, nan_count = ?6, first_step = ?7, first_ms = ?8, first_value = ?9, last_step = ?10, last_ms = ?11,
              last_value = ?12,
            min_step = ?13, min_ms = ?14, min_value = ?15, max_step = ?16, max_ms = ?17, max_value = ?18, sum = ?19, mean = ?20, exact =
              ?21,
            row_check = checksum(?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
        WHERE series_key = ?1
        """;

    /// <summary>A series as far as the writer knows it.</summary>
    private sealed class SeriesState(long key, long runKey, string name, long stored, MetricSummaryBuilder summary)
    {
        public long Key { get; } = key;

        public long RunKey { get; } = runKey;

        public string Name { get; } = name;

        /// <summary>How many points the blocks hold, superseded ones included: the position of the next one.</summary>
        public long Stored { get; set; } = stored;

        public MetricSummaryBuilder Summary { get; } = summary;
    }
}
