namespace Lifecycle.Sdk.Storage.Sqlite;

/// <summary>
/// Where the reading of one series stands. It ends with the points that were there when it began; the position of a point in
/// its series never changes, so that it goes on correctly whatever was merged or appended meanwhile.
/// </summary>
internal sealed class SeriesReading(RunId run, string name, PointRange range)
{
    private long _position;
    private long? _end;
    private long _seriesKey;
    private AttemptCutoffs? _cutoffs;

    public bool IsComplete => _end is { } end && _position >= end;

    /// <summary>Reads the next blocks that have wanted points.</summary>
    /// <returns>Null if there is no such run (any more).</returns>
    public List<PointBlock>? ReadNext(SqliteDatabase database, int limit)
    {
        if (_end is null && !Begin(database)) return null;
        // The transaction may have to be repeated: nothing is kept before it has all its rows.
        var (position, blocks) = (_position, new List<PointBlock>());
        var keys = BlocksFrom(database, position, limit);
        foreach (var (key, first) in keys)
        {
            var block = TryRead(database, key);
            if (block is not null && Wanted(block, first, position) is { Count: > 0 } wanted) blocks.Add(wanted);
            // What a damaged row says of its length must not make the reading jump over others.
            position = Math.Max(position, first + (block?.Count ?? 1));
        }

        _position = keys.Count < limit ? _end!.Value : position;
        return blocks;
    }

    /// <summary>The block at a position and the next ones, by the index alone: it can be read when some of the rows can't.</summary>
    private List<(long Key, long First)> BlocksFrom(SqliteDatabase database, long position, int limit)
    {
        using var query = database.Prepare(
            """
            SELECT block_key, first_index FROM blocks
            WHERE series_key = ?1 AND first_index >= coalesce((SELECT max(first_index) FROM blocks WHERE series_key = ?1 AND first_index
              <= ?2), ?2)
              AND first_index < ?3
            ORDER BY first_index LIMIT ?4
            """);
        query.Bind(1, _seriesKey).Bind(2, position).Bind(3, _end!.Value).Bind(4, limit);
        var keys = new List<(long, long)>(limit);
        while (query.Step()) keys.Add((query.Int64(0), query.Int64(1)));
        return keys;
    }

    /// <summary>Reads one block.</summary>
    /// <returns>Null if it can't be read: the others still can, and a verification reports it.</returns>
    private static PointBlock? TryRead(SqliteDatabase database, long key)
    {
        try
        {
            using var row = database.Prepare("SELECT count, attempt, data FROM blocks WHERE block_key = ?1");
            if (!row.Bind(1, key).Step()) return null;
            var block = PointCodec.Decode(row.Blob(2), row.Int64(1));
            return block.Count == row.Int64(0) ? block : null;
        }
        catch (Exception e) when (e is InvalidDataException or SqliteFailureException { IsDamage: true })
        {
            return null;
        }
    }

    private bool Begin(SqliteDatabase database)
    {
        long runKey;
        using (var find = database.Prepare("SELECT run_key FROM runs WHERE run_id = ?1"))
        {
            if (!find.Bind(1, run.ToString()).Step()) return false;
            runKey = find.Int64(0);
        }

        _cutoffs = range.IncludeSuperseded ? new AttemptCutoffs() : AttemptCutoffs.Load(database, runKey);
        using var query = database.Prepare(
            """
            SELECT series_key, max(stored, coalesce((SELECT max(first_index + count) FROM blocks b WHERE b.series_key = s.series_key), 0))
            FROM series s WHERE run_key = ?1 AND name = ?2
            """);
        query.Bind(1, runKey).Bind(2, name);
        var isKnown = query.Step();
        _seriesKey = isKnown ? query.Int64(0) : 0;
        _end = isKnown ? query.Int64(1) : 0;
        return true;
    }

    /// <summary>
    /// The points of a block that were not read before, were there at the beginning, lie in the range and are not superseded.
    /// </summary>
    private PointBlock Wanted(PointBlock block, long first, long position)
    {
        var from = (int)Math.Clamp(position - first, 0, block.Count);
        var to = (int)Math.Clamp(_end!.Value - first, 0, block.Count);
        var cutoff = _cutoffs!.CutoffOf(block.Attempt) ?? long.MaxValue;
        var steps = block.Steps.Span;
        var kept = new List<int>();
        var isCut = _cutoffs.CutoffOf(block.Attempt) is not null;
        var allFit = true;
        for (var i = from; i < to && allFit; i++) allFit = steps[i] >= range.MinStep && steps[i] <= range.MaxStep
            && (!isCut || steps[i] < cutoff);
        if (allFit)
        {
            return to - from == block.Count
                ? block
                : new PointBlock(block.Attempt, block.Steps[from..to], block.Timestamps[from..to], block.Values[from..to]);
        }

        for (var i = from; i < to; i++)
        {
            if (steps[i] >= range.MinStep && steps[i] <= range.MaxStep && (!isCut || steps[i] < cutoff)) kept.Add(i);
        }

        return Pick(block, kept);
    }

    private static PointBlock Pick(PointBlock block, List<int> kept)
    {
        var steps = new long[kept.Count];
        var timestamps = new long[kept.Count];
        var values = new double[kept.Count];
        for (var i = 0; i < kept.Count; i++) (steps[i], timestamps[i], values[i]) = block[kept[i]];
        return new PointBlock(block.Attempt, steps, timestamps, values);
    }
}
