using System.Runtime.CompilerServices;

namespace Lifecycle.Sdk.Storage.Sqlite;

/// <content>The ledger of the model registry.</content>
internal sealed partial class SqliteStore
{
    private const int LedgerPage = 1_024;

    /// <inheritdoc/>
    public override ValueTask<bool> AppendLedgerAsync(long expectedCount, ReadOnlyMemory<byte> entry, CancellationToken cancellationToken = default)
    {
        LedgerRules.RequireEntry(expectedCount, entry.Span);
        return WriteAsync(
            database =>
            {
                if (database.Scalar("SELECT coalesce(max(sequence), 0) FROM ledger") != expectedCount) return false;
                using var insert = database.Prepare(SqliteSchema.Ledger.Insert);
                insert.Bind(1, expectedCount + 1).Bind(2, entry.Span).Run();
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLedgerAsync(long from = 0, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        return LedgerAsync(from, cancellationToken);
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> LedgerAsync(long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Reading in pages keeps transactions short; what was appended meanwhile simply comes along.
        while (true)
        {
            var page = Read(database => LedgerRows(database, from), cancellationToken);
            foreach (var (_, entry) in page) yield return entry;
            if (page.Count < LedgerPage) yield break;
            from = page[^1].Sequence;
            await Task.CompletedTask.ConfigureAwait(false);
        }
    }

    private static List<(long Sequence, byte[] Entry)> LedgerRows(SqliteDatabase database, long from)
    {
        var entries = new List<(long, byte[])>();
        using var query = database.Prepare("SELECT sequence, entry FROM ledger WHERE sequence > ?1 ORDER BY sequence LIMIT ?2");
        query.Bind(1, from).Bind(2, LedgerPage);
        while (query.Step()) entries.Add((query.Int64(0), query.Blob(1).ToArray()));
        return entries;
    }
}
