using System.Runtime.CompilerServices;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

public sealed partial class RunCollection
{
    /// <summary>Reads every point of a series, bit for bit, in order of step, time and arrival. Takes 24 bytes of memory a point.</summary>
    /// <param name="id">The run.</param>
    /// <param name="metric">The series, such as <c>loss</c> or <c>loss{subset=train}</c>.</param>
    /// <param name="range">Which points; all that are not superseded if null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The points as columns; none if the run has no such series.</returns>
    /// <exception cref="ArgumentException">The text is not a series name.</exception>
    /// <exception cref="LifecycleNotFoundException">The store has no such run.</exception>
    public async Task<MetricHistory> HistoryAsync(
        RunId id, string metric, PointRange? range = null, CancellationToken cancellationToken = default)
    {
        var key = MetricKey.Parse(metric).ToString();
        await _tracker.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        return await _tracker.Store.ReadHistoryAsync(id, key, range, sorted: true, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads every point of a series block by block, in the order that each writer logged, in constant memory.</summary>
    /// <param name="id">The run.</param>
    /// <param name="metric">The series.</param>
    /// <param name="range">Which points; all that are not superseded if null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The blocks; none if the run has no such series.</returns>
    /// <exception cref="ArgumentException">The text is not a series name.</exception>
    /// <exception cref="LifecycleNotFoundException">The store has no such run.</exception>
    public IAsyncEnumerable<PointBlock> StreamAsync(
        RunId id, string metric, PointRange? range = null, CancellationToken cancellationToken = default) =>
        BlocksAsync(id, MetricKey.Parse(metric).ToString(), range ?? PointRange.All, cancellationToken);

    /// <summary>
    /// Reads a series reduced to at most so many points, for a chart: the first, the last, and the smallest and largest value of each part of the range
    /// are kept, so that no spike is lost. The result says whether and by how much it was reduced.
    /// </summary>
    /// <param name="id">The run.</param>
    /// <param name="metric">The series.</param>
    /// <param name="maxPoints">At most how many points, 4 or more.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The points kept and what was done.</returns>
    /// <exception cref="ArgumentException">The text is not a series name, or fewer than 4 points are asked for.</exception>
    /// <exception cref="LifecycleNotFoundException">The store has no such run.</exception>
    public async Task<DownsampledSeries> DownsampleAsync(RunId id, string metric, int maxPoints, CancellationToken cancellationToken = default)
    {
        var key = MetricKey.Parse(metric).ToString();
        await _tracker.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        return await _tracker.Store.ReadDownsampledAsync(id, key, maxPoints, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Puts runs side by side: attributes, params, tags and the summaries of their metrics.</summary>
    /// <param name="ids">The runs, in the order of the columns.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The comparison, which prints as a table and writes itself as JSON.</returns>
    /// <exception cref="ArgumentException">No run is named.</exception>
    /// <exception cref="LifecycleNotFoundException">The store has not all of the runs.</exception>
    public async Task<RunComparison> CompareAsync(IReadOnlyList<RunId> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.Count == 0) throw new ArgumentException("No run is named: give one or more ids.", nameof(ids));
        var runs = new RunInfo[ids.Count];
        for (var i = 0; i < runs.Length; i++) runs[i] = await GetAsync(ids[i], cancellationToken).ConfigureAwait(false);
        return RunComparison.Of(runs);
    }

    /// <summary>
    /// Writes runs as CSV (RFC 4180, invariant numbers that read back to the same bits), one a row: attributes, <c>params.*</c>, <c>metrics.*</c> (latest value),
    /// <c>tags.*</c>.
    /// </summary>
    /// <param name="writer">Where to write; it is flushed, not closed.</param>
    /// <param name="filter">Which runs; see <see cref="SearchAsync(string?, string?, string?, int?, StageView, CancellationToken)"/>.</param>
    /// <param name="orderBy">In which order.</param>
    /// <param name="experiment">The experiment's name; null writes all.</param>
    /// <param name="guardFormulas">Whether text that a spreadsheet would run as a formula gets an apostrophe in front.</param>
    /// <param name="cancellationToken">Gives up; what was written stays.</param>
    /// <returns>How many runs were written.</returns>
    /// <exception cref="ArgumentException">The filter or order can't be read.</exception>
    public async Task<int> ExportRunsAsync(
        TextWriter writer, string? filter = null, string? orderBy = null, string? experiment = null, bool guardFormulas = true,
        CancellationToken cancellationToken = default)
    {
        var runs = new List<RunInfo>();
        var found = SearchAsync(filter, orderBy, experiment, cancellationToken: cancellationToken);
        await foreach (var run in found.ConfigureAwait(false)) runs.Add(run);
        await CsvExport.WriteRunsAsync(runs, writer, guardFormulas, cancellationToken).ConfigureAwait(false);
        return runs.Count;
    }

    /// <summary>Writes the points of a run as CSV, one a row: <c>run_id, metric, step, timestamp, value</c>. Streams in constant memory.</summary>
    /// <param name="id">The run.</param>
    /// <param name="writer">Where to write; it is flushed, not closed.</param>
    /// <param name="metrics">The series; null for all.</param>
    /// <param name="guardFormulas">Whether names that a spreadsheet would run as a formula get an apostrophe in front.</param>
    /// <param name="cancellationToken">Gives up; what was written stays.</param>
    /// <returns>How many points were written.</returns>
    /// <exception cref="LifecycleNotFoundException">The store has no such run.</exception>
    public async Task<long> ExportPointsAsync(
        RunId id, TextWriter writer, IEnumerable<string>? metrics = null, bool guardFormulas = true, CancellationToken cancellationToken = default)
    {
        await _tracker.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        return await CsvExport.WritePointsAsync(_tracker.Store, id, writer, metrics, guardFormulas, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Copies runs to another store without loss: ids, times, typed params, tags, every point with its time, artifacts. Copying again changes nothing, and
    /// goes on where a copy was cut off. Copy runs that have ended: one that changes afterwards is reported as a conflict when it is copied again.
    /// </summary>
    /// <param name="target">Where the runs go.</param>
    /// <param name="filter">Which runs; all, deleted ones included, if null.</param>
    /// <param name="progress">Told after each run.</param>
    /// <param name="cancellationToken">Gives up; runs that are done stay.</param>
    /// <returns>What was copied, and what contradicted the target.</returns>
    /// <exception cref="ArgumentException">The filter can't be read, or the target's store can't tell what it already has.</exception>
    /// <exception cref="LifecycleException">A store fails.</exception>
    public async Task<StoreCopyReport> CopyToAsync(
        Tracker target, string? filter = null, IProgress<StoreCopyProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        var query = new RunQuery { Filter = SearchParser.ParseRunFilter(filter), View = StageView.All };
        await _tracker.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        target.EnsureStarted();
        return await StoreCopy.CopyRunsAsync(_tracker.Store, target.Store, query, progress, cancellationToken).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<PointBlock> BlocksAsync(
        RunId id, string key, PointRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await _tracker.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var block in _tracker.Store.ReadPointsAsync(id, key, range, cancellationToken).ConfigureAwait(false)) yield return block;
    }
}
