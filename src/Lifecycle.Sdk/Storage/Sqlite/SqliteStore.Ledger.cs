using System.Runtime.CompilerServices;

namespace Lifecycle.Sdk.Storage.Sqlite;

/// <content>The ledgers.</content>
internal sealed partial class SqliteStore
{
    private const int LedgerPageEntries = 1_024;
    private const int LedgerPageBytes = 4 << 20;

    /// <inheritdoc/>
    public override ValueTask<bool> AppendLedgerAsync(
        StoreLedger ledger, long expectedCount, IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellationToken = default)
    {
        LedgerRules.RequireEntries(ledger, expectedCount, entries);
        var table = TableOf(ledger);
        return WriteAsync(
            database =>
            {
                if (database.Scalar($"SELECT coalesce(max(sequence), 0) FROM {table.Name}") != expectedCount) return false;
                for (var i = 0; i < entries.Count; i++)
                {
                    using var insert = database.Prepare(table.Insert);
                    insert.Bind(1, expectedCount + i + 1).Bind(2, entries[i].Span).Run();
                }

                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLedgerAsync(StoreLedger ledger, long from = 0, CancellationToken cancellationToken = default)
    {
        LedgerRules.RequireLedger(ledger);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        return LedgerAsync(TableOf(ledger), from, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask<LedgerEnd> GetLedgerEndAsync(StoreLedger ledger, CancellationToken cancellationToken = default)
    {
        LedgerRules.RequireLedger(ledger);
        return ValueTask.FromResult(Read(
            database =>
            {
                using var query = database.Prepare($"SELECT sequence, entry FROM {TableOf(ledger).Name} ORDER BY sequence DESC LIMIT 1");
                return query.Step() ? new LedgerEnd(query.Int64(0), query.Blob(1).ToArray()) : default;
            },
            cancellationToken));
    }

    private static CheckedTable TableOf(StoreLedger ledger) => ledger == StoreLedger.Registry ? SqliteSchema.Ledger : SqliteSchema.AuditLedger;

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> LedgerAsync(CheckedTable table, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Reading in pages keeps transactions short; what was appended meanwhile simply comes along.
        while (Read(database => LedgerRows(database, table, from), cancellationToken) is { Count: > 0 } page)
        {
            foreach (var (_, entry) in page) yield return entry;
            from = page[^1].Sequence;
            await Task.CompletedTask.ConfigureAwait(false);
        }
    }

    private static List<(long Sequence, byte[] Entry)> LedgerRows(SqliteDatabase database, CheckedTable table, long from)
    {
        var (entries, bytes) = (new List<(long, byte[])>(), 0);
        using var query = database.Prepare($"SELECT sequence, entry FROM {table.Name} WHERE sequence > ?1 ORDER BY sequence LIMIT ?2");
        query.Bind(1, from).Bind(2, LedgerPageEntries);
        while (bytes < LedgerPageBytes && query.Step())
        {
            var entry = query.Blob(1).ToArray();
            entries.Add((query.Int64(0), entry));
            bytes += entry.Length;
        }

        return entries;
    }
}
