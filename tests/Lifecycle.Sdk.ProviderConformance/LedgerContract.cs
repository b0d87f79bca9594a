using System.Text;
using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>The ledger under the model registry: it only grows, one entry after the other, whoever writes.</summary>
public abstract class LedgerContract<TFixture>(TFixture fixture) : StoreContract<TFixture>(fixture)
    where TFixture : class, IStoreFixture
{
    [Fact]
    public async Task An_empty_store_has_an_empty_ledger()
    {
        Assert.Empty(await EntriesAsync(Store));
        Assert.Empty(await EntriesAsync(Store, from: 5));
    }

    [Fact]
    public async Task Entries_come_back_byte_for_byte_in_order()
    {
        string[] entries = ["{\"a\":1}", " ", "\r\t", "\u00e9\U0001F600", new string('x', 200_000), "last"];
        for (var i = 0; i < entries.Length; i++) Assert.True(await AppendAsync(Store, i, entries[i]));
        Assert.Equal(entries, await EntriesAsync(Store));
        await ReopenAsync();
        Assert.Equal(entries, await EntriesAsync(Store));
        Assert.Equal(entries[2..], await EntriesAsync(Store, from: 2));
        Assert.Empty(await EntriesAsync(Store, from: entries.Length));
        Assert.True(await AppendAsync(Store, entries.Length, "more"));
        Assert.Equal([.. entries, "more"], await EntriesAsync(Store));
        if (Fixture.Capabilities.Verifies) Assert.Empty(await Store.VerifyAsync().ToListAsync());
    }

    [Fact]
    public async Task An_append_at_another_length_changes_nothing()
    {
        Assert.False(await AppendAsync(Store, 1, "early"));
        Assert.True(await AppendAsync(Store, 0, "one"));
        Assert.False(await AppendAsync(Store, 0, "late"));
        Assert.False(await AppendAsync(Store, 2, "early"));
        await ReopenAsync();
        Assert.False(await AppendAsync(Store, 0, "late"));
        Assert.Equal(["one"], await EntriesAsync(Store));
    }

    [Fact]
    public async Task Another_instance_sees_what_was_appended_before_it_reads()
    {
        var other = Open();
        for (var i = 0; i < 6; i++)
        {
            Assert.True(await AppendAsync(i % 2 == 0 ? Store : other, i, $"entry {i}"));
            Assert.Equal(i + 1, (await EntriesAsync(other)).Count);
            Assert.Equal([$"entry {i}"], await EntriesAsync(Store, from: i));
        }
    }

    [Fact]
    public async Task Of_writers_at_the_same_length_exactly_one_succeeds()
    {
        var stores = Enumerable.Range(0, 4).Select(_ => Open()).ToArray();
        for (var round = 0; round < 10; round++)
        {
            var won = await Task.WhenAll(stores.Select((store, i) => Task.Run(async () => await AppendAsync(store, round, $"{round} by {i}"))));
            Assert.Single(won, true);
            Assert.Equal($"{round} by {Array.IndexOf(won, true)}", (await EntriesAsync(Store))[round]);
        }
    }

    [Fact]
    public async Task What_is_no_line_of_text_is_refused()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await AppendAsync(Store, 0, ""));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await AppendAsync(Store, 0, "two\nlines"));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await AppendAsync(Store, 0, "zero\0"));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await AppendAsync(Store, -1, "x"));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await EntriesAsync(Store, from: -1));
        Assert.Empty(await EntriesAsync(Store));
    }

    private static async Task<bool> AppendAsync(TrackingStore store, long expected, string entry) =>
        await store.AppendLedgerAsync(expected, Encoding.UTF8.GetBytes(entry));

    private static async Task<List<string>> EntriesAsync(TrackingStore store, long from = 0)
    {
        var entries = new List<string>();
        await foreach (var entry in store.ReadLedgerAsync(from)) entries.Add(Encoding.UTF8.GetString(entry.Span));
        return entries;
    }
}
