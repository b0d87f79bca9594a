using System.Buffers.Binary;
using System.Text;
using Lifecycle.Sdk.Journal;
using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.Tests.Journal;

public sealed class RecoveryTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static RecordingStore Down() => new() { BeforeApply = _ => throw new LifecycleException("down") { IsTransient = true } };

    [Theory]
    [InlineData(JournalWrites.MemoryMapped)]
    [InlineData(JournalWrites.Positioned)]
    public async Task What_a_dead_writer_logged_is_delivered_and_its_run_interrupted(JournalWrites writes)
    {
        await using var lab = new JournalLab(Down(), settings => settings with { Writes = writes });
        var journal = lab.Open(attempt: 7);
        var loss = journal.DeclareSeries("loss");
        for (var i = 0; i < 5000; i++) journal.Log(loss, i, i * 0.25, 1_000_000 + i);
        journal.Append(new ParamLogged("lr", 0.5));
        var after = new RecordingStore();
        await lab.RecoverAsync(lab.Crash(), after);

        var points = after.PointsOf(journal.Run, "loss");
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => new MetricPoint(i, 1_000_000 + i, i * 0.25)), points);
        Assert.Equal([JournalLab.Started(), new ParamLogged("lr", 0.5)], after.FactsOf(journal.Run));
        Assert.Equal(RunStatus.Interrupted, after.EndOf(journal.Run)!.Status);
        Assert.All(after.Batches, batch => Assert.Equal(7, batch.Attempt));
        Assert.Contains(lab.Lines.All, line => line.Id == 1008);
    }

    [Fact]
    public async Task The_recovered_folder_is_removed_and_a_second_recovery_finds_nothing()
    {
        await using var lab = new JournalLab(Down());
        var journal = lab.Open();
        journal.Log(journal.DeclareSeries("loss"), 1, 1);
        var crashed = lab.Crash();
        var after = new RecordingStore();
        await lab.RecoverAsync(crashed, after);
        var batches = after.Batches.Count;
        Assert.Empty(Directory.EnumerateFileSystemEntries(crashed));
        await lab.RecoverAsync(crashed, after);
        Assert.Equal(batches, after.Batches.Count);
    }

    [Fact]
    public async Task An_interruption_carries_the_time_of_the_last_sign_of_life_but_no_time_to_come()
    {
        await using var lab = new JournalLab(Down());
        var journal = lab.Open();
        journal.Log(journal.DeclareSeries("loss"), 1, 1, long.MaxValue);
        var before = TimeProvider.System.GetUtcNow().AddMinutes(1);
        var after = new RecordingStore();
        await lab.RecoverAsync(lab.Crash(), after);
        Assert.True(after.EndOf(journal.Run)!.EndTime <= before);
        Assert.Equal(long.MaxValue, after.PointsOf(journal.Run, "loss")[0].UnixTimeMilliseconds);
    }

    [Fact]
    public async Task A_run_that_had_ended_keeps_its_end()
    {
        await using var lab = new JournalLab(Down());
        var journal = lab.Open();
        journal.End(JournalLab.Finished);
        var after = new RecordingStore();
        await lab.RecoverAsync(lab.Crash(), after);
        Assert.Equal(JournalLab.Finished, after.EndOf(journal.Run));
    }

    [Fact]
    public async Task A_writer_that_only_joined_or_closed_does_not_interrupt_the_run()
    {
        await using var lab = new JournalLab(Down());
        var joined = lab.Pump.Open(RunId.New(), 1, [new TagSet("rank", "1")]);
        var closed = lab.Open();
        closed.End(null);
        var after = new RecordingStore();
        await lab.RecoverAsync(lab.Crash(), after);
        Assert.Equal([new TagSet("rank", "1")], after.FactsOf(joined.Run));
        Assert.Null(after.EndOf(joined.Run));
        Assert.Null(after.EndOf(closed.Run));
    }

    [Fact]
    public async Task A_run_that_another_attempt_finished_is_not_interrupted_by_an_old_journal()
    {
        await using var lab = new JournalLab(Down());
        var journal = lab.Open();
        var after = new RecordingStore { FindRun = id => Info(id, RunStatus.Finished) };
        await lab.RecoverAsync(lab.Crash(), after);
        Assert.Null(after.EndOf(journal.Run));
        Assert.NotEmpty(after.FactsOf(journal.Run));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_that_another_writer_still_logs_to_is_not_interrupted_until_that_has_left(bool byNextTracker)
    {
        await using var lab = new JournalLab(Down(), settings => settings with { HeartbeatInterval = TimeSpan.FromMilliseconds(20) });
        var journal = lab.Open();
        var crashed = lab.Crash();
        var (after, interrupted) = Interruptible();

        // The worker of another process joins the run before anybody has recovered the crash.
        await using var worker = new JournalPump(after, lab.Settings with { Directory = crashed, RecoverOrphans = false }, lab.Lines);
        var joined = worker.Open(journal.Run, 2, [new TagSet("rank", "1")]);
        await using var other = lab.NewPump(crashed, after);
        other.Start();
        await other.Recovered;
        await other.FlushAsync(null, default);
        await worker.FlushAsync(joined, default);
        Assert.Contains(JournalLab.Started(), after.FactsOf(journal.Run));
        Assert.Null(after.EndOf(journal.Run));
        Assert.Equal(2, Directory.EnumerateDirectories(crashed).Count());
        var batches = after.Batches.Count(batch => batch.Writer == journal.Writer);
        if (byNextTracker) await other.DisposeAsync();

        joined.End(null);
        await worker.CloseAsync(joined, default);
        if (byNextTracker) await lab.RecoverAsync(crashed, after);
        await interrupted.WaitAsync(Patience);
        await other.DisposeAsync();
        Assert.Equal(RunStatus.Interrupted, after.EndOf(journal.Run)!.Status);
        Assert.Equal(batches + 1, after.Batches.Count(batch => batch.Writer == journal.Writer));
        Assert.Empty(Directory.EnumerateDirectories(crashed));
    }

    [Fact]
    public async Task A_run_that_its_last_writer_ends_is_not_interrupted()
    {
        await using var lab = new JournalLab(Down());
        var journal = lab.Open();
        var crashed = lab.Crash();
        var after = new RecordingStore();
        after.FindRun = id => Info(id, after.EndOf(id)?.Status ?? RunStatus.Running);
        await using var other = lab.NewPump(crashed, after);
        await using var holder = new JournalPump(after, lab.Settings with { Directory = crashed, RecoverOrphans = false }, lab.Lines);
        var resumed = holder.Open(journal.Run, 2, [new RunResumed(null)]);
        other.Start();
        await other.Recovered;
        Assert.Null(after.EndOf(journal.Run));
        await other.DisposeAsync();
        resumed.End(JournalLab.Finished);
        await holder.CloseAsync(resumed, default);
        await lab.RecoverAsync(crashed, after);
        Assert.Equal(JournalLab.Finished, after.EndOf(journal.Run));
        Assert.Empty(Directory.EnumerateDirectories(crashed));
    }

    [Fact]
    public async Task A_dead_writer_that_a_second_tracker_has_just_taken_only_delays_the_interruption()
    {
        await using var lab = new JournalLab(Down(), settings => settings with { HeartbeatInterval = TimeSpan.FromMilliseconds(20) });
        var journal = lab.Open();
        var joined = lab.Pump.Open(journal.Run, 1, [new TagSet("rank", "1")]);
        var crashed = lab.Crash();
        var (after, interrupted) = Interruptible();
        await using var first = lab.NewPump(crashed, after);

        // The second tracker holds the worker's journal, but has not said yet what for.
        using (OwnerLock.TryTake(Path.Combine(crashed, Path.GetFileName(joined.Folder)), null, default))
        {
            first.Start();
            await first.Recovered;
            Assert.NotEmpty(after.FactsOf(journal.Run));
            Assert.Null(after.EndOf(journal.Run));
        }

        await interrupted.WaitAsync(Patience);
        await first.DisposeAsync();
        await lab.RecoverAsync(crashed, after);
        Assert.Contains(new TagSet("rank", "1"), after.FactsOf(journal.Run));
        Assert.Empty(Directory.EnumerateDirectories(crashed));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Many_orphans_take_few_files(bool isAway)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Open files are counted in /proc.");
        const int count = 150;
        await using var lab = new JournalLab(Down());
        var runs = new List<RunId>();
        for (var i = 0; i < count; i++)
        {
            var journal = lab.Open();
            journal.Log(journal.DeclareSeries("loss"), 1, i);
            runs.Add(journal.Run);
        }

        var crashed = lab.Crash();
        var (most, tried) = (0, new HashSet<RunId>());
        var after = new RecordingStore
        {
            BeforeApply = batch =>
            {
                most = Math.Max(most, OpenFilesIn(crashed));
                tried.Add(batch.Run);
                if (isAway) throw new LifecycleException("down") { IsTransient = true };
            },
        };
        await using var pump = lab.NewPump(crashed, after);
        pump.Start();
        await pump.Recovered;
        Assert.Equal(count, tried.Count);
        Assert.True(most < 50, $"{most} files were open.");
        if (isAway)
        {
            most = OpenFilesIn(crashed); // One is being tried again, perhaps.
            Assert.True(most < 10, $"{most} files are open.");
            after.BeforeApply = null;
            await pump.FlushAsync(null, default);
        }

        Assert.All(runs, run => Assert.Equal((1, RunStatus.Interrupted), (after.PointsOf(run, "loss").Count, after.EndOf(run)!.Status)));
        await pump.DisposeAsync();
        Assert.Empty(Directory.EnumerateDirectories(crashed));
    }

    [Fact]
    public async Task A_tracker_that_recovers_takes_no_folder_that_a_run_is_just_made_in()
    {
        await using var lab = new JournalLab();
        var recovery = new JournalRecovery(lab.Settings, lab.Lines);
        var (isDone, taken) = (false, 0);
        var other = new Thread(() =>
        {
            while (!Volatile.Read(ref isDone))
            {
                foreach (var folder in Directory.EnumerateDirectories(lab.Directory))
                {
                    if (recovery.Take(folder) is not null) taken++;
                }
            }
        });
        other.Start();
        var journals = new List<RunJournal>();
        for (var i = 0; i < 400; i++)
        {
            journals.Add(lab.Open());
            journals[i].Log(journals[i].DeclareSeries("loss"), i, i);
        }

        Volatile.Write(ref isDone, true);
        other.Join();
        Assert.Equal(0, taken);
        await lab.Pump.FlushAsync(null, default);
        Assert.All(journals, journal => Assert.Single(lab.Store.PointsOf(journal.Run, "loss")));
        Assert.All(journals, journal => Assert.True(File.Exists(JournalFolder.FactsPath(journal.Folder))));
    }

    [Fact]
    public async Task A_live_journal_is_left_alone_by_other_trackers()
    {
        await using var lab = new JournalLab(Down());
        var journal = lab.Open();
        journal.Log(journal.DeclareSeries("loss"), 1, 1);
        var other = new RecordingStore();
        await lab.RecoverAsync(lab.Directory, other);
        Assert.Empty(other.Batches);
        Assert.True(Directory.Exists(journal.Folder));
    }

    [Fact]
    public async Task Several_trackers_that_start_at_once_deliver_each_journal_once()
    {
        await using var lab = new JournalLab(Down());
        var runs = new List<RunId>();
        for (var run = 0; run < 10; run++)
        {
            var journal = lab.Open();
            runs.Add(journal.Run);
            var loss = journal.DeclareSeries("loss");
            for (var i = 0; i < 300; i++) journal.Log(loss, i, i);
        }

        var crashed = lab.Crash();
        var after = new RecordingStore();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => lab.RecoverAsync(crashed, after))));
        foreach (var run in runs)
        {
            Assert.Equal(Enumerable.Range(0, 300).Select(i => (long)i), after.PointsOf(run, "loss").Select(point => point.Step));
            Assert.Equal(RunStatus.Interrupted, after.EndOf(run)!.Status);
            Assert.Single(after.FactsOf(run));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Recovery_goes_on_where_delivery_stopped(bool recordsMarks)
    {
        await using var lab = new JournalLab(new RecordingStore { RecordsMarks = recordsMarks });
        var journal = lab.Open();
        var (loss, late) = (journal.DeclareSeries("loss"), journal.DeclareSeries("late"));
        for (var i = 0; i < 1000; i++) journal.Log(loss, i, i);
        await lab.Pump.FlushAsync(journal, default);
        lab.Store.BeforeApply = _ => throw new LifecycleException("down") { IsTransient = true };
        for (var i = 1000; i < 1500; i++) journal.Log(i % 2 == 0 ? loss : late, i, i);
        journal.Append(new TagSet("a", "b"));
        var crashed = lab.Crash();
        lab.Store.BeforeApply = null;
        await lab.Pump.DisposeAsync();

        var store = new RecordingStore { RecordsMarks = recordsMarks };
        await lab.RecoverAsync(crashed, recordsMarks ? lab.Store : store);
        if (recordsMarks)
        {
            var all = lab.Store.PointsOf(journal.Run, "loss").Concat(lab.Store.PointsOf(journal.Run, "late"));
            Assert.Equal(Enumerable.Range(0, 1500).Select(i => (long)i), all.Select(point => point.Step).Order());
            Assert.Single(lab.Store.FactsOf(journal.Run), fact => fact is RunStarted);
        }
        else
        {
            // Only what the mark file does not cover.
            var all = store.PointsOf(journal.Run, "loss").Concat(store.PointsOf(journal.Run, "late"));
            Assert.Equal(Enumerable.Range(1000, 500).Select(i => (long)i), all.Select(point => point.Step).Order());
            Assert.Equal([new TagSet("a", "b")], store.FactsOf(journal.Run));
        }
    }

    [Fact]
    public async Task Staged_artifacts_of_a_dead_writer_are_delivered_and_lost_ones_reported()
    {
        await using var lab = new JournalLab(Down());
        var journal = lab.Open();
        foreach (var name in (string[])["kept", "lost"])
        {
            var content = Encoding.UTF8.GetBytes(name);
            var file = Path.Combine(journal.StagingDirectory, name);
            File.WriteAllBytes(file, content);
            var digest = ContentDigest.Of(content);
            journal.Append(
                new ArtifactLogged(new ArtifactInfo(ArtifactPath.Parse(name), digest, content.Length, default)), new StagedContent(digest, content.Length, file));
        }

        var crashed = lab.Crash();
        File.Delete(Directory.EnumerateFiles(crashed, "lost", SearchOption.AllDirectories).Single());
        var after = new RecordingStore();
        await lab.RecoverAsync(crashed, after);
        Assert.Equal(["kept"], after.FactsOf(journal.Run).OfType<ArtifactLogged>().Select(fact => fact.Artifact.Path.ToString()));
        Assert.Contains(ContentDigest.Of("kept"u8), after.Contents);
        Assert.Contains(lab.Lines.All, line => line.Id == 1007);
        Assert.Equal(RunStatus.Interrupted, after.EndOf(journal.Run)!.Status);
    }

    [Fact]
    public async Task Foreign_folders_and_files_are_left_alone_and_empty_journals_removed()
    {
        await using var lab = new JournalLab();
        var directory = Directory.CreateTempSubdirectory("journal-foreign-").FullName;
        Directory.CreateDirectory(Path.Combine(directory, "photos"));
        File.WriteAllText(Path.Combine(directory, "photos", "cat.jpg"), "miau");
        File.WriteAllText(Path.Combine(directory, "notes.txt"), "x");
        Directory.CreateDirectory(Path.Combine(directory, "run-0123456789abcdeX"));
        Directory.CreateDirectory(Path.Combine(directory, "run-0123456789abcdef"));
        await lab.RecoverAsync(directory, lab.Store);
        Assert.Equal(
            ["notes.txt", "photos", "run-0123456789abcdeX"],
            Directory.EnumerateFileSystemEntries(directory).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.True(File.Exists(Path.Combine(directory, "photos", "cat.jpg")));
    }

    [Fact]
    public async Task A_journal_of_a_newer_version_is_left_as_it_is()
    {
        await using var lab = new JournalLab();
        var directory = Directory.CreateTempSubdirectory("journal-newer-").FullName;
        var writer = WriterId.New();
        var folder = Directory.CreateDirectory(Path.Combine(directory, $"run-{writer}")).FullName;
        var payload = new byte[9];
        payload[0] = FactLog.Version + 1;
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(1), 5);
        File.WriteAllBytes(Path.Combine(folder, "facts.log"), FactFrame.Frame(JournalFolder.SeedOf(writer), FactKind.Opened, 0, payload));
        await lab.RecoverAsync(directory, lab.Store);
        Assert.True(File.Exists(Path.Combine(folder, "facts.log")));
        Assert.Empty(lab.Store.Batches);
        Assert.Contains(lab.Lines.All, line => line.Id == 1010);
    }

    [Fact]
    public async Task Disposal_without_an_end_leaves_the_run_to_the_next_tracker()
    {
        var store = new RecordingStore();
        await using var lab = new JournalLab(store);
        var journal = lab.Open();
        journal.Log(journal.DeclareSeries("loss"), 1, 1);
        await lab.Pump.DisposeAsync();
        Assert.Single(store.PointsOf(journal.Run, "loss"));
        Assert.Null(store.EndOf(journal.Run));
        await lab.RecoverAsync(lab.Directory, store);
        Assert.Single(store.PointsOf(journal.Run, "loss"));
        Assert.Equal(RunStatus.Interrupted, store.EndOf(journal.Run)!.Status);
    }

    /// <summary>A store, and a task that completes when it is told that a run was interrupted.</summary>
    private static (RecordingStore Store, Task Interrupted) Interruptible()
    {
        var interrupted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return (new RecordingStore { AfterApply = batch => _ = batch.End is not null && interrupted.TrySetResult() }, interrupted.Task);
    }

    private static RunInfo Info(RunId id, RunStatus status) => new()
    {
        Id = id,
        ExperimentId = "1",
        Name = "n",
        Status = status,
        StartTime = default,
        LastSeen = default,
        Params = new Dictionary<string, ParamValue>(),
        Tags = new Dictionary<string, string>(),
        Metrics = new Dictionary<string, MetricSummary>(),
        Inputs = [],
    };

    private static int OpenFilesIn(string directory) =>
        Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(link =>
            new FileInfo(link).LinkTarget?.StartsWith(directory, StringComparison.Ordinal) is true);
}
