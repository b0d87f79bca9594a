using System.Text;
using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>The ledgers under the model registry and the audit trail: each only grows, some entries after the others, whoever writes.</summary>
public abstract class LedgerContract<TFixture>(TFixture fixture) : StoreContract<TFixture>(fixture)
    where TFixture : class, IStoreFixture
{
    [Theory]
    [InlineData(StoreLedger.Registry)]
    [InlineData(StoreLedger.Audit)]
    public async Task An_empty_store_has_an_empty_ledger(StoreLedger ledger)
    {
        Assert.Empty(await EntriesAsync(Store, ledger));
        Assert.Empty(await EntriesAsync(Store, ledger, from: 5));
        Assert.Equal((0, ""), await EndAsync(Store, ledger));
    }

    [Theory]
    [InlineData(StoreLedger.Registry)]
    [InlineData(StoreLedger.Audit)]
    public async Task Entries_come_back_byte_for_byte_in_order(StoreLedger ledger)
    {
        string[] entries = ["{\"a\":1}", " ", "\t\r", "\u00e9\U0001F600", new string('x', 200_000), "\r", "last"];
        for (var i = 0; i < entries.Length; i++) Assert.True(await AppendAsync(Store, ledger, i, entries[i]));
        Assert.Equal(entries, await EntriesAsync(Store, ledger));
        await ReopenAsync();
        Assert.Equal(entries, await EntriesAsync(Store, ledger));
        Assert.Equal(entries[2..], await EntriesAsync(Store, ledger, from: 2));
        Assert.Empty(await EntriesAsync(Store, ledger, from: entries.Length));
        Assert.Equal((entries.Length, "last"), await EndAsync(Store, ledger));
        Assert.True(await AppendAsync(Store, ledger, entries.Length, "more", "still more", "\t and more"));
        Assert.Equal([.. entries, "more", "still more", "\t and more"], await EntriesAsync(Store, ledger));
        Assert.Equal((entries.Length + 3, "\t and more"), await EndAsync(Store, ledger));
        if (Fixture.Capabilities.Verifies) Assert.Empty(await Store.VerifyAsync().ToListAsync());
    }

    [Fact]
    public async Task Each_ledger_is_for_itself()
    {
        Assert.True(await AppendAsync(Store, StoreLedger.Registry, 0, "a model"));
        Assert.Empty(await EntriesAsync(Store, StoreLedger.Audit));
        Assert.True(await AppendAsync(Store, StoreLedger.Audit, 0, "one", "two"));
        Assert.True(await AppendAsync(Store, StoreLedger.Registry, 1, "a version"));
        await ReopenAsync();
        Assert.Equal(["a model", "a version"], await EntriesAsync(Store, StoreLedger.Registry));
        Assert.Equal(["one", "two"], await EntriesAsync(Store, StoreLedger.Audit));
    }

    [Theory]
    [InlineData(StoreLedger.Registry)]
    [InlineData(StoreLedger.Audit)]
    public async Task An_append_at_another_length_changes_nothing(StoreLedger ledger)
    {
        Assert.False(await AppendAsync(Store, ledger, 1, "early"));
        Assert.True(await AppendAsync(Store, ledger, 0, "one", "two"));
        Assert.False(await AppendAsync(Store, ledger, 0, "late", "too"));
        Assert.False(await AppendAsync(Store, ledger, 1, "late"));
        Assert.False(await AppendAsync(Store, ledger, 3, "early"));
        await ReopenAsync();
        Assert.False(await AppendAsync(Store, ledger, 0, "late"));
        Assert.Equal(["one", "two"], await EntriesAsync(Store, ledger));
    }

    [Theory]
    [InlineData(StoreLedger.Registry)]
    [InlineData(StoreLedger.Audit)]
    public async Task Another_instance_sees_what_was_appended_before_it_reads(StoreLedger ledger)
    {
        var other = Open();
        for (var i = 0; i < 6; i++)
        {
            Assert.True(await AppendAsync(i % 2 == 0 ? Store : other, ledger, 2 * i, $"entry {i}", $"and {i}"));
            Assert.Equal(2 * (i + 1), (await EntriesAsync(other, ledger)).Count);
            Assert.Equal([$"and {i}"], await EntriesAsync(Store, ledger, from: (2 * i) + 1));
            Assert.Equal((2 * (i + 1), $"and {i}"), await EndAsync(other, ledger));
        }
    }

    [Theory]
    [InlineData(StoreLedger.Registry)]
    [InlineData(StoreLedger.Audit)]
    public async Task Of_writers_at_the_same_length_exactly_one_succeeds(StoreLedger ledger)
    {
        var stores = Enumerable.Range(0, 4).Select(_ => Open()).ToArray();
        for (var round = 0; round < 10; round++)
        {
            var won = await Task.WhenAll(stores.Select((store, i) => Task.Run(async () => await AppendAsync(store, ledger, 2 * round, $"{round} by {i}", $"{round} still by {i}"))));
            Assert.Single(won, true);
            var winner = Array.IndexOf(won, true);
            Assert.Equal([$"{round} by {winner}", $"{round} still by {winner}"], await EntriesAsync(Store, ledger, from: 2 * round));
        }
    }

    /// <summary>Enough for a store that keeps a ledger in parts to begin several.</summary>
    [Theory]
    [InlineData(StoreLedger.Registry)]
    [InlineData(StoreLedger.Audit)]
    public async Task A_ledger_of_many_megabytes_is_read_from_any_place(StoreLedger ledger)
    {
        var (other, padding, count) = (Open(), new string('x', 700_000), 0);
        for (; count < 45; count += 3)
            Assert.True(await AppendAsync(count % 2 == 0 ? Store : other, ledger, count, $"{count} {padding}", $"{count + 1}", $"{count + 2} {padding}"));
        foreach (var store in (TrackingStore[])[Store, other, Open()])
        {
            Assert.Equal((count, $"{count - 1} {padding}"), await EndAsync(store, ledger));
            for (var from = 0; from <= count; from += 4)
            {
                var numbers = (await EntriesAsync(store, ledger, from)).Select(entry => entry.Split(' ')[0]);
                Assert.Equal(Enumerable.Range(from, count - from).Select(i => FormattableString.Invariant($"{i}")), numbers);
            }
        }

        if (Fixture.Capabilities.Verifies) Assert.Empty(await Store.VerifyAsync().ToListAsync());
    }

    [Fact]
    public async Task A_reader_sees_no_gap_while_several_writers_append()
    {
        const int Entries = 400;
        var writers = Enumerable.Range(0, 2).Select(_ => Open()).Select(store => Task.Run(async () =>
        {
            while (await EndAsync(store, StoreLedger.Audit) is var (count, _) && count < Entries)
                await AppendAsync(store, StoreLedger.Audit, count, $"{count} {new string('x', 50_000)}", $"{count + 1}");
        })).ToArray();
        var reader = Open();
        for (var seen = 0; seen < Entries;)
        {
            var entries = await EntriesAsync(reader, StoreLedger.Audit, from: seen / 2);
            Assert.Equal(Enumerable.Range(seen / 2, entries.Count).Select(i => FormattableString.Invariant($"{i}")), entries.Select(entry => entry.Split(' ')[0]));
            Assert.True((seen / 2) + entries.Count >= seen, "The ledger became shorter.");
            seen = (seen / 2) + entries.Count;
        }

        await Task.WhenAll(writers);
    }

    [Theory]
    [InlineData(StoreLedger.Registry)]
    [InlineData(StoreLedger.Audit)]
    public async Task What_is_no_line_of_text_is_refused_with_all_that_goes_with_it(StoreLedger ledger)
    {
        foreach (var wrong in (string[])["", "two\nlines", "zero\0", "tab\t", new string('x', LedgerRules.MaxAppendBytes)])
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await AppendAsync(Store, ledger, 0, "right", wrong));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await AppendAsync(Store, ledger, 0));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await AppendAsync(Store, ledger, -1, "x"));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await EntriesAsync(Store, ledger, from: -1));
        Assert.Empty(await EntriesAsync(Store, ledger));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await AppendAsync(Store, (StoreLedger)7, 0, "x"));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await EntriesAsync(Store, (StoreLedger)7));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await EndAsync(Store, (StoreLedger)7));
    }

    private static async Task<bool> AppendAsync(TrackingStore store, StoreLedger ledger, long expected, params string[] entries) =>
        await store.AppendLedgerAsync(ledger, expected, [.. entries.Select(entry => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(entry))]);

    private static async Task<List<string>> EntriesAsync(TrackingStore store, StoreLedger ledger, long from = 0)
    {
        var entries = new List<string>();
        await foreach (var entry in store.ReadLedgerAsync(ledger, from)) entries.Add(Encoding.UTF8.GetString(entry.Span));
        return entries;
    }

    private static async Task<(long Count, string Last)> EndAsync(TrackingStore store, StoreLedger ledger)
    {
        var end = await store.GetLedgerEndAsync(ledger);
        return (end.Count, Encoding.UTF8.GetString(end.Last.Span));
    }
}
