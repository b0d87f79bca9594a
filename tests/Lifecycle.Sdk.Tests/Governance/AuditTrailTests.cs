using CsCheck;
using Lifecycle.Sdk.ProviderConformance;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.LocalFile;
using Lifecycle.Sdk.Storage.Sqlite;
using Lifecycle.Sdk.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Lifecycle.Sdk.Tests.Governance;

/// <summary>What is recorded, how it is merged, and how alterations are found.</summary>
public sealed class AuditTrailTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new(Start);
    private readonly List<TrackingStore> _stores = [];

    private string LedgerPath => Path.Combine(_folder["store"], "audit", "ledger.jsonl");

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores) await store.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("store")]
    [InlineData("store.db")]
    public async Task What_is_recorded_is_read_back_and_continued_by_the_next_process(string address)
    {
        var trail = Trail(Open(address));
        Assert.Empty(await trail.ReadAsync().ToListAsync());
        Assert.Equal(new LedgerVerification(0, new string('0', 64), null, null), await trail.VerifyAsync());
        await trail.RecordAsync("POST runs/create", "run 7", "ana", 200);
        _time.Advance(TimeSpan.FromMilliseconds(1.7));
        await trail.RecordAsync("deployed", "model fr\u00e4ud \"3\"");
        var again = Trail(Open(address));
        await again.RecordAsync("POST runs/delete", "run 7", "adam", 500);

        var entries = await again.ReadAsync().ToListAsync();
        Assert.Equal(
            [
                (1, Start, "ana", "POST runs/create", "run 7", 200, 1),
                (2, Start.AddMilliseconds(1), null, "deployed", "model fr\u00e4ud \"3\"", null, 1),
                (3, Start.AddMilliseconds(1), "adam", "POST runs/delete", "run 7", (int?)500, 1L),
            ],
            entries.Select(entry => (entry.Sequence, entry.Time, entry.User, entry.Action, entry.Subject, entry.Status, entry.Count)));
        Assert.Equal(new string('0', 64), entries[0].PreviousHash);
        Assert.Equal([entries[0].Hash, entries[1].Hash], [entries[1].PreviousHash, entries[2].PreviousHash]);
        Assert.Equal(new LedgerVerification(3, entries[2].Hash, null, null), await trail.VerifyAsync(new LedgerAnchor(2, entries[1].Hash)));
    }

    [Fact]
    public async Task The_trail_of_a_tracker_is_that_of_its_store()
    {
        await using (var tracker = Tracker.Open(_folder["store"])) await tracker.Audit.RecordAsync("retrained", "model fraud", "ana");
        await using var other = Tracker.Open(_folder["store"]);
        Assert.Equal("ana", Assert.Single(await other.Audit.ReadAsync().ToListAsync()).User);
        Assert.Empty(await other.Models.ReadLedgerAsync().ToListAsync());
    }

    [Fact]
    public async Task A_store_without_ledgers_says_so()
    {
        await using var tracker = Tracker.Open("http://127.0.0.1:9");
        await Assert.ThrowsAsync<NotSupportedException>(() => tracker.Audit.RecordAsync("a", "b"));
        await Assert.ThrowsAsync<NotSupportedException>(() => tracker.Audit.VerifyAsync());
    }

    [Fact]
    public async Task Entries_are_found_by_user_by_subject_and_by_time()
    {
        var trail = Trail(Open("store"));
        for (var i = 0; i < 40; i++)
        {
            await trail.RecordAsync("a", i % 4 == 0 ? "model fraud" : i % 4 == 1 ? "model fraud/3" : "model fraudulent", i % 2 == 0 ? "ana" : "bob");
            if (i % 3 == 2) _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(20, await trail.ReadAsync(user: "ana").CountAsync());
        Assert.Equal(20, await trail.ReadAsync(subject: "model fraud").CountAsync());
        Assert.Equal(10, await trail.ReadAsync(subject: "model fraud", user: "bob").CountAsync());
        for (var second = -1; second < 16; second++)
        {
            var found = await trail.ReadAsync(from: Start.AddSeconds(second)).Select(entry => entry.Sequence).ToListAsync();
            Assert.Equal(Enumerable.Range(0, 40).Where(i => i / 3 >= second).Select(i => i + 1L), found);
        }
    }

    [Fact]
    public async Task A_clock_that_was_set_back_does_not_make_the_past_ambiguous()
    {
        var trail = Trail(Open("store"));
        await trail.RecordAsync("a", "1");
        await new AuditTrail(_stores[0], new FakeTimeProvider(Start.AddDays(-1))).RecordAsync("a", "2");
        Assert.Equal([Start, Start], await trail.ReadAsync().Select(entry => entry.Time).ToListAsync());
        Assert.True((await trail.VerifyAsync()).IsIntact);
    }

    [Fact]
    public async Task What_arrives_while_an_append_is_in_flight_goes_together_and_equal_records_become_one()
    {
        var (appends, gate) = (new List<int>(), new TaskCompletionSource());
        var trail = Trail(new WatchedStore(Open("store"))
        {
            BeforeAppend = async (_, entries) =>
            {
                lock (appends) appends.Add(entries.Count);
                await gate.Task;
            },
        });
        List<Task> recorded = [trail.RecordAsync("first", "x")];
        while (Volatile.Read(ref appends).Count == 0) await Task.Yield();
        for (var i = 0; i < 300; i++) recorded.Add(trail.RecordAsync("POST runs/log-metric", $"run {i % 3}", i % 2 == 0 ? "ana" : "bob", 200));
        Assert.DoesNotContain(recorded, task => task.IsCompleted);
        gate.SetResult();
        await Task.WhenAll(recorded);

        Assert.Equal([1, 6], appends);
        var entries = await trail.ReadAsync().ToListAsync();
        Assert.Equal([1L, 50, 50, 50, 50, 50, 50], entries.Select(entry => entry.Count));
        Assert.Equal(["run 0 ana", "run 1 bob", "run 2 ana", "run 0 bob", "run 1 ana", "run 2 bob"], entries[1..].Select(entry => $"{entry.Subject} {entry.User}"));
        Assert.True((await trail.VerifyAsync()).IsIntact);
    }

    [Fact]
    public async Task Only_so_many_records_wait_and_further_callers_wait_for_room()
    {
        var (appends, gate) = (new List<long>(), new TaskCompletionSource());
        var trail = Trail(new WatchedStore(Open("store"))
        {
            BeforeAppend = async (_, entries) =>
            {
                lock (appends) appends.Add(entries.Count);
                await gate.Task;
            },
        });
        var longest = new string('\u00e9', AuditTrail.MaxSubject - 5);
        List<Task> recorded = [trail.RecordAsync("first", "x")];
        while (Volatile.Read(ref appends).Count == 0) await Task.Yield();
        var user = new string('\u00e9', AuditTrail.MaxUser);
        for (var i = 0; i < (2 * AuditWriter.MaxWaiting) + 10; i++) recorded.Add(trail.RecordAsync(user, $"{longest}{i:D5}", user, 200));
        gate.SetResult();
        await Task.WhenAll(recorded);

        Assert.Equal(recorded.Count, appends.Sum());
        Assert.All(appends, count => Assert.InRange(count, 1, AuditWriter.MaxWaiting));
        Assert.Equal(recorded.Count, await trail.ReadAsync().CountAsync());
    }

    [Fact]
    public async Task A_failed_append_fails_those_who_wait_for_it_and_the_next_one_goes_on()
    {
        var isIll = true;
        var store = Open("store");
        var trail = Trail(new WatchedStore(store)
        {
            BeforeAppend = async (ledger, entries) =>
            {
                if (!isIll) return;
                // The worst case: it was done all the same.
                await store.AppendLedgerAsync(ledger, 0, entries);
                throw new LifecycleException("The disk is full.") { IsTransient = true };
            },
        });
        await Assert.ThrowsAsync<LifecycleException>(() => trail.RecordAsync("a", "1"));
        isIll = false;
        await trail.RecordAsync("a", "2");
        Assert.Equal(["1", "2"], await trail.ReadAsync().Select(entry => entry.Subject).ToListAsync());
        Assert.True((await trail.VerifyAsync()).IsIntact);
    }

    [Theory]
    [InlineData("store")]
    [InlineData("store.db")]
    public async Task Several_processes_write_one_trail(string address)
    {
        var trails = Enumerable.Range(0, 3).Select(_ => Trail(Open(address))).ToArray();
        await Task.WhenAll(trails.SelectMany((trail, i) => Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var n = 0; n < 20; n++) await trail.RecordAsync("a", $"run {n % 4}", $"user {i}");
        }))));
        var entries = await trails[0].ReadAsync().ToListAsync();
        for (var i = 0; i < 3; i++) Assert.Equal(160, entries.Where(entry => entry.User == $"user {i}").Sum(entry => entry.Count));
        Assert.True((await trails[1].VerifyAsync()).IsIntact);
    }

    [Fact]
    public async Task Who_gives_up_waiting_takes_nothing_back()
    {
        var gate = new TaskCompletionSource();
        var trail = Trail(new WatchedStore(Open("store")) { BeforeAppend = (_, _) => gate.Task });
        using var cancel = new CancellationTokenSource();
        var recorded = trail.RecordAsync("a", "1", cancellationToken: cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => recorded);
        gate.SetResult();
        await trail.RecordAsync("a", "2");
        Assert.Equal(["1", "2"], await trail.ReadAsync().Select(entry => entry.Subject).ToListAsync());
    }

    [Fact]
    public async Task What_is_no_line_of_text_is_refused()
    {
        var trail = Trail(Open("store"));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => trail.RecordAsync("", "x"));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => trail.RecordAsync("a\nb", "x"));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => trail.RecordAsync("a", "x\u001b[31m"));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => trail.RecordAsync("a", new string('x', AuditTrail.MaxSubject + 1)));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => trail.RecordAsync("a", "x", ""));
        Assert.Equal(0, (await trail.VerifyAsync()).Count);
    }

    /// <summary>Whatever was recorded, and whichever byte of the file is changed, entry removed, swapped or doubled: found, at that entry.</summary>
    [Fact]
    public async Task Any_alteration_is_found_at_the_first_entry_that_it_concerns()
    {
        await Gen.Select(Gen.String[1, 20], Gen.String[0, 20], Gen.Bool, Gen.Int[100, 599]).Array[3, 12].SelectMany(
            records => Gen.Select(Gen.Const(records), Gen.Int[0, 5], Gen.Int[0, 1_000_000], Gen.Byte)).SampleAsync(
            async (records, kind, place, value) =>
            {
                var (lines, last) = (new List<byte[]>(), default(AuditEntry));
                foreach (var (action, subject, isUser, status) in records)
                    lines.Add(AuditCodec.Encode(new AuditRecord(isUser ? action : null, action, subject, status), 1, Start, last, out last));
                var at = place % lines.Count;
                var altered = lines.ToList();
                switch (kind)
                {
                    case 0 when value is not (0 or (byte)'\n' or (byte)'\t'):
                        altered[at] = [.. lines[at]];
                        altered[at][place % lines[at].Length] = value;
                        break;
                    case 1 when at < lines.Count - 1: altered.RemoveAt(at); break;
                    case 2 when at < lines.Count - 1: (altered[at], altered[at + 1]) = (lines[at + 1], lines[at]); break;
                    case 3: altered.Insert(at + 1, lines[at]); break;
                    case 4: altered = [.. lines[..at]]; break;
                }

                var anchor = AuditCodec.AnchorOf(last);
                var isChanged = !lines.SelectMany(line => line).SequenceEqual(altered.SelectMany(line => line));
                var reader = Trail(Filled(altered));
                var expected = !isChanged ? (long?)null : kind == 3 ? at + 2 : at + 1;
                Assert.Equal(expected, (await reader.VerifyAsync(anchor)).FirstAltered);
            },
            iter: 400, threads: 1);
    }

    [Fact]
    public async Task A_trail_that_was_written_anew_or_cut_off_is_found_by_an_anchor_and_by_who_has_seen_it()
    {
        var trail = Trail(Open("store"));
        for (var i = 0; i < 5; i++) await trail.RecordAsync("a", $"{i}");
        var anchor = (await trail.VerifyAsync()).Anchor;
        var lines = await File.ReadAllLinesAsync(LedgerPath);
        await File.WriteAllTextAsync(LedgerPath, string.Join('\n', lines[..3]) + "\n");
        Assert.True((await Trail(Open("store")).VerifyAsync()).IsIntact);
        Assert.Equal(4, (await Trail(Open("store")).VerifyAsync(anchor)).FirstAltered);
        Assert.Equal(4, (await trail.VerifyAsync()).FirstAltered);
        // Who knows better does not go on as if nothing had happened.
        var failure = await Assert.ThrowsAsync<LifecycleException>(() => trail.RecordAsync("a", "more"));
        Assert.Contains("cut off", failure.Message, StringComparison.Ordinal);

        File.Delete(LedgerPath);
        var other = Trail(Open("store"));
        for (var i = 0; i < 5; i++) await other.RecordAsync("b", $"{i}");
        Assert.True((await Trail(Open("store")).VerifyAsync()).IsIntact);
        Assert.Equal(5, (await Trail(Open("store")).VerifyAsync(anchor)).FirstAltered);
        Assert.Equal(5, (await trail.VerifyAsync()).FirstAltered);
    }

    [Fact]
    public async Task An_altered_trail_is_neither_told_nor_continued()
    {
        var trail = Trail(Open("store"));
        for (var i = 0; i < 3; i++) await trail.RecordAsync("a", $"{i}", "alice");
        var text = await File.ReadAllTextAsync(LedgerPath);
        await File.WriteAllTextAsync(LedgerPath, text.Replace("alice", "mally", StringComparison.Ordinal));
        var other = Trail(Open("store"));
        Assert.Contains("entry 1:", (await Assert.ThrowsAsync<LifecycleException>(async () => await other.ReadAsync().ToListAsync())).Message, StringComparison.Ordinal);
        Assert.Contains("entry 3:", (await Assert.ThrowsAsync<LifecycleException>(() => other.RecordAsync("a", "more"))).Message, StringComparison.Ordinal);
        Assert.Equal(text.Length, new FileInfo(LedgerPath).Length);
    }

    [Fact]
    public async Task An_entry_can_be_checked_as_the_README_says()
    {
        var trail = Trail(Open("store"));
        await Task.WhenAll(Enumerable.Range(0, 9).Select(i => trail.RecordAsync("a", $"{i}", "\u00e9", 200)));
        foreach (var line in await File.ReadAllLinesAsync(LedgerPath))
        {
            var hashed = line[..line.LastIndexOf(",\"hash\":\"", StringComparison.Ordinal)];
            using var parsed = System.Text.Json.JsonDocument.Parse(line);
            Assert.Equal(
                Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(hashed))), parsed.RootElement.GetProperty("hash").GetString());
        }
    }

    private static InMemoryReferenceStore Filled(IEnumerable<byte[]> entries)
    {
        var store = new InMemoryReferenceStore(new ReferenceData());
        var lines = entries.Select(line => (ReadOnlyMemory<byte>)line).ToList();
        if (lines.Count > 0) Assert.True(store.AppendLedgerAsync(StoreLedger.Audit, 0, lines).AsTask().GetAwaiter().GetResult());
        return store;
    }

    private AuditTrail Trail(TrackingStore store) => new(store, _time);

    private TrackingStore Open(string address)
    {
        TrackingStore store = address.EndsWith(".db", StringComparison.Ordinal) ? new SqliteStore(_folder[address]) : new LocalFileStore(_folder[address]);
        _stores.Add(store);
        return store;
    }
}
