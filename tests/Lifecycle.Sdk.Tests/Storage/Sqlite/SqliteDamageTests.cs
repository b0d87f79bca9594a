using Lifecycle.Sdk.Storage.Sqlite;
using Xunit;
using static Lifecycle.Sdk.Tests.Storage.Sqlite.Batches;

namespace Lifecycle.Sdk.Tests.Storage.Sqlite;

/// <summary>Flipped bits, cut files, full disks.</summary>
public sealed class SqliteDamageTests : IDisposable
{
    private readonly SqliteFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_flipped_bit_is_an_error_or_reported_and_never_a_silent_wrong_value()
    {
        var (bytes, whole) = await SmallDatabaseAsync();
        var (harmless, noticed) = (0, 0);
        // Every byte of the header, and bytes spread over all the rest.
        var spread = Enumerable.Range(0, 250).Select(i => (int)(100 + ((bytes.Length - 101L) * i / 249)));
        var positions = Enumerable.Range(0, 100).Concat(spread);
        foreach (var position in positions)
        {
            var damaged = bytes.ToArray();
            damaged[position] ^= (byte)(1 << (position % 8));
            if (await IsNoticedAsync(damaged, whole, $"bit {position % 8} of byte {position}")) noticed++;
            else harmless++;
        }

        Assert.True(noticed > 50, $"Only {noticed} of {noticed + harmless} flips changed anything.");
    }

    [Fact]
    public async Task A_file_that_was_cut_is_an_error_or_reported()
    {
        var (bytes, whole) = await SmallDatabaseAsync();
        for (var i = 1; i <= 40; i++)
        {
            var length = (int)((long)bytes.Length * i / 41);
            Assert.True(await IsNoticedAsync(bytes[..length], whole, $"cut to {length} bytes"),
                $"The cut to {length} of {bytes.Length} bytes was not noticed.");
        }
    }

    [Fact]
    public async Task A_full_disk_is_an_error_that_may_pass_and_loses_nothing_stored()
    {
        var run = RunId.New();
        await using var store = new SqliteStore(_folder.File, connector: path => new SqliteConnector(path) { MaxPages = 100 });
        await store.ApplyAsync(Start(run));
        var stored = 0;
        var random = new Random(1);
        var e = await Assert.ThrowsAnyAsync<LifecycleException>(async () =>
        {
            while (stored < 10_000)
            {
                await store.ApplyAsync(Points(run, Series("loss", stored * 1000, 1000, _ => random.NextDouble())));
                stored++;
            }
        });
        Assert.True(e.IsTransient);
        Assert.Contains("full", e.Message, StringComparison.Ordinal);
        Assert.True(stored > 3);
        Assert.Equal(stored * 1000, (await store.ReadAll(run, "loss")).Count);
        Assert.Empty(await store.Verify());
        var staged = await _folder.Stage(new byte[3_000_000]);
        await Assert.ThrowsAnyAsync<LifecycleException>(async () => await store.PutContentAsync(staged));
        Assert.Empty(await store.Verify());
    }

    private async Task<(byte[] Bytes, string Whole)> SmallDatabaseAsync()
    {
        var path = Path.Combine(_folder.Root, "small.db");
        await using (var store = Small(path)) await SqliteFileTests.FillAsync(store, _folder);
        await using (var store = Small(path))
        {
            Assert.Empty(await store.Verify());
            return (await File.ReadAllBytesAsync(path), await SqliteFileTests.DumpAsync(store));
        }
    }

    /// <summary>Pages of 512 bytes: the whole database is small enough that many of its bytes can be tried.</summary>
    private static SqliteStore Small(string path) =>
        new(path, connector: p => new SqliteConnector(p) { PageSize = 512, Patience = TimeSpan.FromSeconds(1) });

    private async Task<bool> IsNoticedAsync(byte[] bytes, string whole, string what)
    {
        var path = Path.Combine(_folder.Root, Guid.NewGuid().ToString("N") + ".db");
        await File.WriteAllBytesAsync(path, bytes);
        await using var store = Small(path);
        string? read = null;
        try
        {
            read = await SqliteFileTests.DumpAsync(store);
        }
        catch (LifecycleException)
        {
            // A clear error is an answer.
        }

        var isReported = false;
        try
        {
            isReported = (await store.Verify()).Count > 0;
        }
        catch (LifecycleException)
        {
            isReported = true;
        }

        Assert.True(read == whole || isReported, $"With {what} the store reads something else and the verification is silent:\n{read}");
        return isReported;
    }
}
