using System.Runtime.CompilerServices;

namespace Lifecycle.Sdk.Storage.Sqlite;

/// <content>Verification.</content>
internal sealed partial class SqliteStore
{
    /// <summary>How many rows of points or contents one short transaction looks at.</summary>
    private const int RowsPerCheck = 64;

    /// <inheritdoc/>
    public override async IAsyncEnumerable<StoreFinding> VerifyAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        List<Func<StoreVerifier, IEnumerable<StoreFinding>>> checks = [v => v.CheckStructure(), v => v.CheckSchema(_connector.Migrations)];
        foreach (var table in SqliteSchema.CheckedTables) checks.Add(v => v.CheckRows(table));
        checks.AddRange(v => v.CheckReferences(), v => v.CheckSeries());
        // Points and contents are most of the bytes: they are read in short transactions, so that a verification does not hold up
        // checkpoints.
        foreach (var some in Read(database => new StoreVerifier(database).BlockKeys(), cancellationToken).Chunk(RowsPerCheck))
            checks.Add(v => v.CheckBlocks(some));
        foreach (var key in Read(database => new StoreVerifier(database).ContentKeys(), cancellationToken))
            checks.Add(v => v.CheckContent(key));
        foreach (var check in checks)
        {
            foreach (var finding in Read(database => check(new StoreVerifier(database)).ToList(), cancellationToken)) yield return finding;
        }

        await ValueTask.CompletedTask.ConfigureAwait(false);
    }
}
