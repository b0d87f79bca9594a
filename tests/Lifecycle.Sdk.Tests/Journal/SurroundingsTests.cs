using System.Diagnostics;
using System.Diagnostics.Metrics;
using Lifecycle.Sdk.Journal;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Tests.Journal;

public sealed class SurroundingsTests
{
    [Theory]
    [InlineData("ext4", FileSystemTrust.Allocates)]
    [InlineData("NTFS", FileSystemTrust.Allocates)]
    [InlineData("tmpfs", FileSystemTrust.Allocates)]
    [InlineData("btrfs", FileSystemTrust.Copies)]
    [InlineData("zfs", FileSystemTrust.Copies)]
    [InlineData("something new", FileSystemTrust.Copies)]
    [InlineData("nfs4", FileSystemTrust.Remote)]
    [InlineData("fuse.sshfs", FileSystemTrust.Remote)]
    [InlineData("lustre", FileSystemTrust.Remote)]
    [InlineData("CIFS", FileSystemTrust.Remote)]
    [InlineData("smb2", FileSystemTrust.Remote)]
    [InlineData("afpfs", FileSystemTrust.Remote)]
    [InlineData("apfs", FileSystemTrust.Allocates)]
    [InlineData("9p", FileSystemTrust.Remote)]
    internal void File_systems_are_trusted_with_what_they_keep(string format, FileSystemTrust expected) =>
        Assert.Equal(expected, FileSystems.Judge(format));

    [Fact]
    public void The_user_can_overrule_the_file_system()
    {
        Assert.Equal(FileSystemTrust.Remote, JournalHost.Wanted(JournalWrites.Positioned, FileSystemTrust.Allocates));
        Assert.NotEqual(FileSystemTrust.Remote, JournalHost.Wanted(JournalWrites.MemoryMapped, FileSystemTrust.Remote));
        Assert.Equal(FileSystemTrust.Copies, JournalHost.Wanted(JournalWrites.Auto, FileSystemTrust.Copies));
    }

    [Theory]
    [InlineData(FileSystemTrust.Allocates)]
    [InlineData(FileSystemTrust.Copies)]
    [InlineData(FileSystemTrust.Remote)]
    internal void Segments_are_of_full_length_and_empty_on_every_kind_of_file_system(FileSystemTrust trust)
    {
        var folder = Directory.CreateTempSubdirectory("segment-").FullName;
        using var segment = SegmentFile.Create(Path.Combine(folder, "x.tmp"), SegmentFile.MinLength, trust, touch: true);
        Assert.Equal(SegmentFile.MinLength, new FileInfo(segment.Path).Length);
        Assert.Equal(trust == FileSystemTrust.Remote, segment is PositionedSegment);
        segment.Join(folder, 3);
        Assert.All(File.ReadAllBytes(JournalFolder.SegmentPath(folder, 3)), b => Assert.Equal(0, b));
    }

    [Fact]
    public async Task A_full_disk_drops_or_waits_but_never_kills_and_what_was_logged_is_delivered()
    {
        var mount = Directory.CreateTempSubdirectory("journal-full-").FullName;
        if (!TryMount(mount)) Assert.Skip("A small file system can't be mounted here: that takes Linux and root.");
        try
        {
            await using var lab = new JournalLab(configure: settings => settings with
            {
                Directory = Path.Combine(mount, "journals"),
                FullPolicy = JournalFullPolicy.Drop,
            });
            lab.Store.BeforeApply = _ => throw new LifecycleException("down") { IsTransient = true };
            var pump = lab.NewPump(Path.Combine(mount, "journals"));
            var journal = pump.Open(RunId.New(), 1, [JournalLab.Started()]);
            var loss = journal.DeclareSeries("loss");
            for (var i = 0; i < 400_000; i++) journal.Log(loss, i, i);
            Assert.True(journal.Health.Dropped > 0);
            Assert.True(journal.Health.Logged > 1000);
            Assert.NotNull(journal.Health.LastFailure);

            // Facts that find no room wait and are not lost.
            var note = new TagSet("note", new string('x', 60_000));
            for (var i = 0; i < 60; i++) journal.Append(note);
            lab.Store.BeforeApply = null;
            journal.End(JournalLab.Finished);
            await pump.CloseAsync(journal, default);
            Assert.Equal(journal.Health.Logged, lab.Store.PointsOf(journal.Run, "loss").Count);
            Assert.Equal(60, lab.Store.FactsOf(journal.Run).Count(fact => fact.Equals(note)));
            Assert.Equal(JournalLab.Finished, lab.Store.EndOf(journal.Run));
            await pump.DisposeAsync();
        }
        finally
        {
            Execute("umount", mount);
        }
    }

    [Fact]
    public async Task Facts_that_wait_in_memory_for_a_full_disk_fail_the_barrier()
    {
        var mount = Directory.CreateTempSubdirectory("journal-facts-").FullName;
        if (!TryMount(mount)) Assert.Skip("A small file system can't be mounted here: that takes Linux and root.");
        try
        {
            await using var lab = new JournalLab();
            var pump = lab.NewPump(Path.Combine(mount, "journals"));
            var journal = pump.Open(RunId.New(), 1, [JournalLab.Started()]);
            await pump.FlushAsync(journal, default);
            var filler = Path.Combine(mount, "filler");
            Assert.ThrowsAny<IOException>(() => File.WriteAllBytes(filler, new byte[8 << 20]));
            var note = new TagSet("note", new string('x', 60_000));
            Assert.False(journal.Append(note));
            var failure = await Assert.ThrowsAsync<LifecycleException>(() => pump.FlushAsync(journal, default));
            Assert.Contains("waits in memory", failure.Message, StringComparison.Ordinal);
            File.Delete(filler);
            await pump.FlushAsync(journal, default);
            Assert.Contains(note, lab.Store.FactsOf(journal.Run));
            Assert.Null(journal.Health.LastFailure);
            await pump.DisposeAsync();
        }
        finally
        {
            Execute("umount", mount);
        }
    }

    [Fact]
    public async Task A_disk_that_denies_access_is_ill_and_nothing_throws()
    {
        await using var lab = new JournalLab(configure: settings => settings with { Writes = JournalWrites.Positioned, FullPolicy = JournalFullPolicy.Drop });
        var journal = lab.Open();
        var loss = journal.DeclareSeries("loss");
        journal.Log(loss, 1, 1);
        string[] files = [JournalFolder.FactsPath(journal.Folder), JournalFolder.SegmentPath(journal.Folder, 0)];
        if (!OperatingSystem.IsLinux() || !files.All(file => Execute("chattr", "+i", file)))
            Assert.Skip("A file that is open can't be made immutable here: that takes Linux, root and a file system such as ext4.");
        try
        {
            journal.Log(loss, 2, 2);
            Assert.False(journal.Append(new TagSet("a", "b")));
            Assert.NotNull(journal.Health.LastFailure);
            journal.End(JournalLab.Finished);
        }
        finally
        {
            foreach (var file in files) Execute("chattr", "-i", file);
        }

        await lab.Pump.CloseAsync(journal, default);
        Assert.Contains(new TagSet("a", "b"), lab.Store.FactsOf(journal.Run));
        Assert.Equal(2 - journal.Dropped, lab.Store.PointsOf(journal.Run, "loss").Count);
    }

    [Fact]
    public async Task An_artifact_that_a_full_disk_refused_is_not_logged_later()
    {
        using var disk = SmallDisk.MountOrSkip(mebibytes: 4, taken: 3);
        var store = new RecordingStore();
        var lines = new JournalLab.LogLines();
        await using var pump = new JournalPump(store, new JournalSettings { Directory = Path.Combine(disk.Root, "journals") }, lines);
        var journal = pump.Open(RunId.New(), 1, [JournalLab.Started()]);
        var file = Path.Combine(journal.StagingDirectory, "content");
        File.WriteAllText(file, "weights");
        var content = new StagedContent(ContentDigest.Of("weights"u8), 7, file);
        var artifact = new ArtifactLogged(new ArtifactInfo(ArtifactPath.Parse("a"), content.Digest, content.Size, default));
        using (var rest = File.Create(Path.Combine(disk.Root, "rest")))
        {
            Assert.ThrowsAny<IOException>(() =>
            {
                for (var page = new byte[4096]; page.Length > 0;) rest.Write(page);
            });
        }

        var tags = 0;
        while (journal.Append(new TagSet($"t{++tags}", new string('x', 500)))) { }
        Assert.Throws<IOException>(() => journal.Append(artifact, content));
        File.Delete(file);
        disk.MakeSpace();
        await pump.FlushAsync(journal, default);
        journal.End(JournalLab.Finished);
        await pump.CloseAsync(journal, default);
        Assert.Equal(tags + 1, store.FactsOf(journal.Run).Count);
        Assert.Equal(JournalLab.Finished, store.EndOf(journal.Run));
        Assert.DoesNotContain(lines.All, line => line.Id is 1006 or 1007);
    }

    [Fact]
    public async Task The_published_instruments_tell_what_was_logged_and_what_waits()
    {
        var sums = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == LifecycleDiagnostics.MeterName) self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument.Name, value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Add(instrument.Name, value));
        listener.Start();
        await using var lab = new JournalLab();
        lab.Store.BeforeApply = _ => throw new LifecycleException("down") { IsTransient = true };
        var journal = lab.Open();
        var loss = journal.DeclareSeries("loss");
        for (var i = 0; i < 10; i++) journal.Log(loss, i, i);
        await Assert.ThrowsAsync<LifecycleException>(() => lab.Pump.FlushAsync(journal, default));
        listener.RecordObservableInstruments();

        // Other tests of the process count too, so these are lower bounds.
        lock (sums)
        {
            Assert.True(sums[LifecycleDiagnostics.PointsLogged] >= 10);
            Assert.True(sums[LifecycleDiagnostics.JournalBacklog] >= 10);
            Assert.True(sums[LifecycleDiagnostics.JournalSize] >= SegmentFile.MinLength);
            Assert.True(sums[LifecycleDiagnostics.DeliveryFailures] >= 3);
            Assert.True(sums.ContainsKey(LifecycleDiagnostics.PointsDropped));
        }

        lab.Store.BeforeApply = null;
        await lab.Pump.FlushAsync(journal, default);
        lock (sums) Assert.True(sums.ContainsKey(LifecycleDiagnostics.DrainLatency));

        void Add(string name, double value)
        {
            lock (sums) sums[name] = sums.GetValueOrDefault(name) + value;
        }
    }

    [Fact]
    public void Every_path_that_the_journals_readme_names_exists()
    {
        var journal = SourceTree.PathOf("src", "Lifecycle.Sdk", "Journal");
        var named = System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(Path.Combine(journal, "README.md")), @"`(\w+(\.\w+)?\.cs)`");
        Assert.NotEmpty(named);
        Assert.All(named, match => Assert.True(File.Exists(Path.Combine(journal, match.Groups[1].Value)), match.Value));
    }

    private static bool TryMount(string path) =>
        OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && Execute("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", path);

    private static bool Execute(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
