using System.Runtime.CompilerServices;

namespace Lifecycle.Sdk.Storage.Sqlite;

/// <content>Reading points.</content>
internal sealed partial class SqliteStore
{
    /// <summary>How many blocks one short transaction reads: about 700 KB of rows, 3 MB of points.</summary>
    private const int BlocksPerRead = 16;

    /// <inheritdoc/>
    public override async IAsyncEnumerable<PointBlock> ReadPointsAsync(
        RunId run, string key, PointRange range, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(range);
        var reading = new SeriesReading(run, key, range);
        while (!reading.IsComplete)
        {
            // A slow consumer must not hold a transaction open. Between reads small blocks may have been merged, but a point keeps its
            // position.
            var blocks = Read(database => reading.ReadNext(database, BlocksPerRead) ?? throw NoSuchRun(run), cancellationToken);
            foreach (var block in blocks)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return block;
            }
        }

        await ValueTask.CompletedTask.ConfigureAwait(false);
    }
}
