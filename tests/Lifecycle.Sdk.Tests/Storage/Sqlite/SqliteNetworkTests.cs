using Lifecycle.Sdk.Storage.Sqlite;
using Xunit;
using static Lifecycle.Sdk.Tests.Storage.Sqlite.Batches;

namespace Lifecycle.Sdk.Tests.Storage.Sqlite;

public sealed class SqliteNetworkTests
{
    [Fact]
    public async Task Without_shared_memory_a_rollback_journal_is_used_and_everything_works()
    {
        using var folder = new SqliteFolder();
        var run = RunId.New();
        await using (var store = folder.Open()) await store.ApplyAsync(Start(run));
        await using (var store = new SqliteStore(folder.File, connector: path => new SqliteConnector(path) { UseWal = false }))
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(async () =>
            {
                for (var k = 0; k < 5; k++)
                {
                    await store.ApplyAsync(Points(run, Series($"loss{i}", k * 10, 10)));
                    Assert.Equal((k + 1) * 10, (await store.ReadAll(run, $"loss{i}")).Count);
                }
            })));
            Assert.Empty(await store.Verify());
            Assert.False(File.Exists(folder.File + "-wal"));
        }

        using var database = SqliteDatabase.Open(folder.File);
        Assert.Equal("delete", database.ScalarText("PRAGMA journal_mode"));
    }
}
