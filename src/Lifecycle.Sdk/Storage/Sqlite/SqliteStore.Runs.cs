namespace Lifecycle.Sdk.Storage.Sqlite;

/// <content>Runs as a whole.</content>
internal sealed partial class SqliteStore
{
    /// <inheritdoc/>
    public override ValueTask<RunInfo?> GetRunAsync(RunId run, CancellationToken cancellationToken = default)
    {
        var found = Read(
            database => FindRunKey(database, run) is { } key ? (IsKnown: true, Run: new RunLoader(database).Load([key]).FirstOrDefault())
                : default,
            cancellationToken);
        if (found.IsKnown && found.Run is null) throw Damaged($"The row of run '{run}'", run);
        return ValueTask.FromResult(found.Run);
    }
}
