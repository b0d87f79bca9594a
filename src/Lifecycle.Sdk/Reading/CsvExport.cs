using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>
/// Writes runs and points as CSV (RFC 4180): UTF-8 or whatever the writer encodes, CRLF, invariant numbers that read back to the same bits
/// (<c>NaN</c>, <c>Infinity</c>, <c>-Infinity</c>), times in UTC as ISO 8601 with milliseconds.
/// <para>Text that begins with <c>= + - @</c>, tab or carriage return and is not a number gets an apostrophe in front, because
/// spreadsheets would run it as a formula and names and tags come from outside. Pass <c>guardFormulas: false</c> for programs that need the
/// text as it is.</para>
/// </summary>
internal static class CsvExport
{
    private static readonly string[] RunColumns =
        ["run_id", "run_name", "experiment_id", "status", "start_time", "end_time", "user_id", "parent_run_id"];

    /// <summary>Writes runs, one a row: attributes, then <c>params.*</c>, <c>metrics.*</c> (latest value) and <c>tags.*</c> in ordinal
    /// order; empty where a run has none.</summary>
    /// <param name="runs">The runs, in the order of the rows.</param>
    /// <param name="writer">Where to write; it is flushed, not closed.</param>
    /// <param name="guardFormulas">Whether text that spreadsheets would run gets an apostrophe.</param>
    /// <param name="cancellationToken">Gives up; what was written stays.</param>
    /// <returns>When all is written.</returns>
    public static async Task WriteRunsAsync(
        IReadOnlyCollection<RunInfo> runs, TextWriter writer, bool guardFormulas = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(writer);
        var csv = new CsvWriter(writer);
        var (parameters, metrics, tags) = (Names(runs, run => run.Params.Keys), Names(runs, run => run.Metrics.Keys), Names(runs, run => run.Tags.Keys));
        string[] columns =
            [.. RunColumns, .. parameters.Select(name => "params." + name), .. metrics.Select(name => "metrics." + name), .. tags.Select(name => "tags." + name)];
        await csv.WriteAsync(columns, cancellationToken).ConfigureAwait(false);
        foreach (var run in runs)
        {
            string?[] row =
            [
                run.Id.ToString(), Guard(run.Name), Guard(run.ExperimentId), RunRow.StatusText(run.Status), CsvWriter.Time(run.StartTime), CsvWriter.Time(run.EndTime),
                Guard(run.User), run.ParentId?.ToString(),
                .. parameters.Select(name => run.Params.TryGetValue(name, out var value) ? Guard(value.ToString()) : null),
                .. metrics.Select(name => run.Metrics.TryGetValue(name, out var summary) ? CsvWriter.Number(summary.Last.Value) : null),
                .. tags.Select(name => Guard(run.Tags.GetValueOrDefault(name))),
            ];
            await csv.WriteAsync(row, cancellationToken).ConfigureAwait(false);
        }

        await writer.FlushAsync(cancellationToken).ConfigureAwait(false);

        string? Guard(string? text) => CsvWriter.Guarded(text, guardFormulas);
    }

    /// <summary>Writes the points of a run, one a row: <c>run_id, metric, step, timestamp</c> (milliseconds since 1970) and <c>value</c>.
    /// Streams block by block.</summary>
    /// <param name="store">The store.</param>
    /// <param name="run">The run.</param>
    /// <param name="writer">Where to write; it is flushed, not closed.</param>
    /// <param name="keys">The series in canonical text; null for all, in ordinal order.</param>
    /// <param name="guardFormulas">Whether names that spreadsheets would run get an apostrophe.</param>
    /// <param name="cancellationToken">Gives up; what was written stays.</param>
    /// <returns>How many points were written.</returns>
    /// <exception cref="LifecycleNotFoundException">The run is unknown.</exception>
    public static async Task<long> WritePointsAsync(
        TrackingStore store, RunId run, TextWriter writer, IEnumerable<string>? keys = null, bool guardFormulas = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(writer);
        var info = await store.GetRunAsync(run, cancellationToken).ConfigureAwait(false)
            ?? throw new LifecycleNotFoundException($"There is no run {run} in {store.Address}.");
        var csv = new CsvWriter(writer);
        await csv.WriteAsync(["run_id", "metric", "step", "timestamp", "value"], cancellationToken).ConfigureAwait(false);
        var (id, count) = (run.ToString(), 0L);
        foreach (var key in keys ?? info.Metrics.Keys.Order(StringComparer.Ordinal))
        {
            var name = CsvWriter.Guarded(key, guardFormulas);
            await foreach (var block in store.ReadPointsAsync(run, key, PointRange.All, cancellationToken).ConfigureAwait(false))
            {
                for (var i = 0; i < block.Count; i++, count++)
                {
                    var point = block[i];
                    string?[] row = [id, name, CsvWriter.Number(point.Step), CsvWriter.Number(point.UnixTimeMilliseconds), CsvWriter.Number(point.Value)];
                    await csv.WriteAsync(row, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        return count;
    }

    private static List<string> Names(IEnumerable<RunInfo> runs, Func<RunInfo, IEnumerable<string>> names) =>
        [.. runs.SelectMany(names).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
