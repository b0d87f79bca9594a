using System.Text;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.LocalFile;
using Lifecycle.Sdk.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Tests.Storage.LocalFile;

/// <summary>The files of a ledger: their parts, torn ends, crashes and damage.</summary>
public sealed class LocalFileLedgerTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string First => Path.Combine(_folder.Path, "audit", "ledger.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_part_is_named_by_what_comes_before_it()
    {
        await using var store = Open();
        for (var i = 0; i < 9; i += 3) await AppendAsync(store, i, 3);
        Assert.Equal(["ledger.6.jsonl", "ledger.jsonl"], Parts());
        Assert.Equal("entry 0\t\nentry 1\t\nentry 2\nentry 3\t\nentry 4\t\nentry 5\n", await File.ReadAllTextAsync(First));
    }

    /// <summary>All or nothing: the append that was under way when the process died is not there, and what came before it is.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_append_that_is_cut_off_at_any_byte_never_was(bool isZeros)
    {
        await using (var store = Open(1_000))
        {
            await AppendAsync(store, 0, 2);
            await AppendAsync(store, 2, 4);
        }

        var whole = await File.ReadAllBytesAsync(First);
        var before = "entry 0\t\nentry 1\n".Length;
        for (var at = before; at < whole.Length; at++)
        {
            // The file may have its length although the pages never came; a page may be missing in the middle too.
            var torn = isZeros ? [.. whole[..at], 0, .. whole[(at + 1)..]] : whole[..at];
            await File.WriteAllBytesAsync(First, torn);
            await using var store = Open(1_000);
            var end = await store.GetLedgerEndAsync(StoreLedger.Audit);
            Assert.Equal((2, "entry 1"), (end.Count, Encoding.UTF8.GetString(end.Last.Span)));
            Assert.Equal(["entry 0", "entry 1"], await EntriesAsync(store));
            if (at > before) Assert.Equal(FindingSeverity.Information, Assert.Single(await TempStore.VerifyAsync(store)).Severity);
            await AppendAsync(store, 2, 1);
            Assert.Equal("entry 0\t\nentry 1\nentry 2\n", await File.ReadAllTextAsync(First));
        }
    }

    [Fact]
    public async Task A_crash_before_any_change_of_the_disk_keeps_what_was_acknowledged_and_leaves_no_half()
    {
        var crashes = 0;
        for (var step = 0; ; step++)
        {
            using var folder = new TempFolder();
            var (changes, acknowledged) = (0, 0);
            await using (var store = new LocalFileStore(folder.Path, null, new StoreFiles { BeforeChange = (_, _) => _ = changes++ == step ? throw new CrashException() : 0 }, 20))
            {
                try
                {
                    for (; acknowledged < 15; acknowledged += 3) await AppendAsync(store, acknowledged, 3);
                }
                catch (CrashException)
                {
                    crashes++;
                }
            }

            await using var after = new LocalFileStore(folder.Path, ledgerPartBytes: 20);
            var count = (await after.GetLedgerEndAsync(StoreLedger.Audit)).Count;
            Assert.True(count == acknowledged || count == acknowledged + 3, $"step {step}: {acknowledged} were acknowledged, {count} are there");
            await AppendAsync(after, count, 3);
            Assert.Equal(Enumerable.Range(0, (int)count + 3).Select(i => $"entry {i}"), await EntriesAsync(after));
            Assert.DoesNotContain(await TempStore.VerifyAsync(after), finding => finding.Severity == FindingSeverity.Damage);
            if (acknowledged == 15) break;
        }

        Assert.InRange(crashes, 15, 1_000);
    }

    [Fact]
    public async Task What_is_wrong_between_parts_is_reported()
    {
        await using var store = Open();
        for (var i = 0; i < 30; i += 3) await AppendAsync(store, i, 3);
        Assert.Empty(await TempStore.VerifyAsync(store));
        var parts = Parts().Select(name => Path.Combine(_folder.Path, "audit", name)).ToArray();
        Assert.True(parts.Length > 3);
        foreach (var part in parts.Where(part => part != parts.MaxBy(name => StoreLayout.FindLedgerPart(Path.GetFileName(name)))))
        {
            var bytes = await File.ReadAllBytesAsync(part);
            File.Delete(part);
            Assert.Contains(await TempStore.VerifyAsync(store), finding => finding.Severity == FindingSeverity.Damage && finding.Location.StartsWith("audit", StringComparison.Ordinal));
            await File.WriteAllBytesAsync(part, bytes[..^9]);
            Assert.Contains(await TempStore.VerifyAsync(store), finding => finding.Severity == FindingSeverity.Damage);
            await File.WriteAllBytesAsync(part, [0, .. bytes[1..]]);
            Assert.Contains(await TempStore.VerifyAsync(store), finding => finding.Severity == FindingSeverity.Damage);
            await File.WriteAllBytesAsync(part, bytes);
        }

        Assert.Empty(await TempStore.VerifyAsync(store));
    }

    private static async Task AppendAsync(LocalFileStore store, long from, int count) => Assert.True(await store.AppendLedgerAsync(
        StoreLedger.Audit, from, [.. Enumerable.Range((int)from, count).Select(i => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"entry {i}"))]));

    private static async Task<List<string>> EntriesAsync(LocalFileStore store) =>
        await store.ReadLedgerAsync(StoreLedger.Audit).Select(entry => Encoding.UTF8.GetString(entry.Span)).ToListAsync();

    private LocalFileStore Open(int partBytes = 40) => new(_folder.Path, ledgerPartBytes: partBytes);

    private string[] Parts() => [.. Directory.EnumerateFiles(Path.Combine(_folder.Path, "audit"), "*.jsonl").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private sealed class CrashException : Exception;
}
