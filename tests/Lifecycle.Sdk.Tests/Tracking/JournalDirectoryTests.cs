using Xunit;

namespace Lifecycle.Sdk.Tests.Tracking;

/// <summary>One journal directory given to several trackers.</summary>
public sealed class JournalDirectoryTests
{
    [Theory]
    [InlineData("runs", "other")]
    [InlineData("a.db", "b.db")]
    [InlineData("runs", "Runs")]
    [InlineData("x/runs", "y/runs")]
    public async Task Stores_that_share_it_keep_their_journals_apart(string one, string other)
    {
        using var lab = new TrackerLab("file");
        RunId id;
        await using (var first = Open(lab, lab[one]))
        {
            var run = first.StartRun("x"); // never ended: its journal stays for the next tracker
            id = run.Id;
            run.Log("loss", 1, 0);
            await run.FlushAsync();
        }

        await using (var foreign = Open(lab, lab[other])) Assert.Null(await foreign.Runs.FindAsync(id));
        await using var next = Open(lab, lab[one]);
        var info = await next.Runs.GetAsync(id);
        Assert.Equal((RunStatus.Interrupted, 1), (info.Status, (int)info.Metrics["loss"].Count));
    }

    [Fact]
    public async Task One_store_is_the_same_however_its_address_is_written()
    {
        using var lab = new TrackerLab("file");
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, lab["runs"]);
        string[] spellings = [lab["runs"], lab["runs"] + "/", lab["x"] + "/../runs", "file://" + lab["runs"], relative];
        foreach (var address in spellings)
        {
            await using var tracker = Open(lab, address);
            await using var run = tracker.StartRun("x");
            run.Complete();
        }

        var folder = Assert.Single(Directory.EnumerateFileSystemEntries(lab["journals"]));
        Assert.StartsWith("runs-", Path.GetFileName(folder), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folders_are_named_after_the_store_but_hold_no_secret_and_stay_short()
    {
        using var lab = new TrackerLab("file");
        string[] addresses = ["http://ann:pa%40ss@127.0.0.1:9/mlflow", "http://127.0.0.1:9/mlflow/", lab[new string('ä', 100)], lab["büro 1"]];
        foreach (var address in addresses)
        {
            await using var tracker = Open(lab, address);
            tracker.StartRun("x"); // stays, with its folder
        }

        var names = Directory.EnumerateDirectories(lab["journals"]).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(3, names.Count);
        Assert.All(names, name => Assert.True(name.Length <= 80 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.'), name));
        Assert.Contains(names, name => name.StartsWith("127.0.0.1-9-", StringComparison.Ordinal));
        Assert.Contains(names, name => name.StartsWith("b-ro-1-", StringComparison.Ordinal));
    }

    private static Tracker Open(TrackerLab lab, string address) => TrackerLab.Open(address, builder =>
    {
        builder.Options.JournalDirectory = lab["journals"];
        builder.Options.ShutdownTimeout = TimeSpan.FromSeconds(address.StartsWith("http", StringComparison.Ordinal) ? 0 : 10);
    });
}
