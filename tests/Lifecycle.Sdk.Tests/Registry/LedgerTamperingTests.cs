using Lifecycle.Sdk.Storage.LocalFile;
using Lifecycle.Sdk.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Tests.Registry;

/// <summary>Somebody changes the ledger behind the registry's back.</summary>
public sealed class LedgerTamperingTests : IDisposable
{
    private const int Entries = 5;
    private readonly TempFolder _folder = new();

    private string LedgerPath => Path.Combine(_folder["store"], "registry", "ledger.jsonl");

    [Fact]
    public async Task Every_changed_byte_of_an_entry_is_found_at_that_entry()
    {
        await FillAsync();
        var intact = await File.ReadAllBytesAsync(LedgerPath);
        var (start, end) = Line(intact, 2);
        for (var at = start; at < end; at++)
        {
            foreach (var value in (byte[])[(byte)(intact[at] ^ 1), (byte)(intact[at] ^ 0x80), (byte)' ', 0])
            {
                if (value == intact[at]) continue;
                var altered = intact.ToArray();
                altered[at] = value;
                await File.WriteAllBytesAsync(LedgerPath, altered);
                // A byte that became a line feed splits the entry: the first half is what is found.
                var verification = await VerifyAsync();
                Assert.True(verification.FirstAltered == 3, $"byte {at - start} as {value}: {verification}");
            }
        }

        await File.WriteAllBytesAsync(LedgerPath, intact);
        Assert.True((await VerifyAsync()).IsIntact);
    }

    [Fact]
    public async Task Removed_swapped_and_inserted_entries_are_found()
    {
        await FillAsync();
        var lines = await File.ReadAllLinesAsync(LedgerPath);
        Assert.Equal(2, await AlteredAsync([lines[0], .. lines[2..]]));
        Assert.Equal(2, await AlteredAsync([lines[0], lines[2], lines[1], .. lines[3..]]));
        Assert.Equal(4, await AlteredAsync([.. lines[..3], lines[2], .. lines[3..]]));
        Assert.Equal(1, await AlteredAsync(lines[1..]));
        Assert.Equal(1, await AlteredAsync(["{}", .. lines]));
    }

    [Fact]
    public async Task An_anchor_shows_that_the_end_was_cut_off_or_all_was_written_anew()
    {
        var anchor = (await FillAsync()).Anchor;
        var lines = await File.ReadAllLinesAsync(LedgerPath);
        await File.WriteAllTextAsync(LedgerPath, string.Join('\n', lines[..^1]) + "\n");
        Assert.True((await VerifyAsync()).IsIntact);
        Assert.Equal(Entries, (await VerifyAsync(anchor)).FirstAltered);
        File.Delete(LedgerPath);
        await FillAsync("mallory");
        Assert.True((await VerifyAsync()).IsIntact);
        Assert.Equal(Entries, (await VerifyAsync(anchor)).FirstAltered);
    }

    [Fact]
    public async Task An_altered_ledger_is_neither_obeyed_nor_continued()
    {
        await FillAsync();
        var text = await File.ReadAllTextAsync(LedgerPath);
        await File.WriteAllTextAsync(LedgerPath, text.Replace("alice", "mally", StringComparison.Ordinal));
        await using var tracker = Tracker.Open(_folder["store"]);
        var failure = await Assert.ThrowsAsync<LifecycleException>(() => tracker.Models.ResolveAsync("fraud@champion"));
        Assert.Contains("entry 1", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<LifecycleException>(() => tracker.Models.CreateModelAsync("other"));
        Assert.Equal(text.Length, new FileInfo(LedgerPath).Length);
    }

    [Theory]
    [InlineData("{\"sequence\":6,\"time\":")]
    [InlineData("\0\0\0\0\0\0\0\0")]
    [InlineData("{\"sequence\":6\0\0\0\0\0\0\0\0\0\0}\n")]
    public async Task A_torn_append_is_ignored_and_cut_off_by_the_next_one(string torn)
    {
        await FillAsync();
        await File.AppendAllTextAsync(LedgerPath, torn);
        await using (var tracker = Tracker.Open(_folder["store"]))
        {
            Assert.Equal(1, (await tracker.Models.ResolveAsync("fraud@champion")).Number);
            Assert.Equal(3, (await tracker.Models.CreateVersionAsync("fraud", new NewModelVersion { Source = "x" })).Number);
        }

        Assert.Equal(Entries + 1, (await VerifyAsync()).Count);
        Assert.True((await VerifyAsync()).IsIntact);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<LedgerVerification> FillAsync(string actor = "alice")
    {
        await using var tracker = Tracker.Open(_folder["store"]);
        var models = tracker.Models.As(actor);
        await models.CreateModelAsync("fraud", "finds \u00e9 it");
        await models.CreateVersionAsync("fraud", new NewModelVersion { Source = "s3://bucket/model" });
        await models.CreateVersionAsync("fraud", new NewModelVersion { Source = "s3://bucket/model" });
        await models.SetAliasAsync("fraud", "champion", 2, "first");
        await models.SetAliasAsync("fraud", "champion", 1, "second");
        return await models.VerifyLedgerAsync();
    }

    private async Task<LedgerVerification> VerifyAsync(LedgerAnchor? anchor = null)
    {
        await using var store = new LocalFileStore(_folder["store"]);
        return await new LedgerModelRegistry(new RegistryLedger(store, TimeProvider.System), "auditor", _ => Task.CompletedTask).VerifyLedgerAsync(anchor);
    }

    private async Task<long?> AlteredAsync(string[] lines)
    {
        await File.WriteAllTextAsync(LedgerPath, string.Join('\n', lines) + "\n");
        return (await VerifyAsync()).FirstAltered;
    }

    private static (int Start, int End) Line(byte[] text, int number)
    {
        var start = 0;
        for (var i = 0; i < number; i++) start = Array.IndexOf(text, (byte)'\n', start) + 1;
        return (start, Array.IndexOf(text, (byte)'\n', start));
    }
}
