using Lifecycle.Sdk.Journal;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Tests.Journal;

/// <summary>Many copies of one small journal, each with its own damage and under a run id of its own, recovered at once.</summary>
internal sealed class DamagedCopies : IAsyncDisposable
{
    private readonly JournalLab _lab;
    private readonly string _folder;
    private readonly string _target = Directory.CreateTempSubdirectory("journal-damage-").FullName;

    private DamagedCopies(JournalLab lab, string folder) => (_lab, _folder) = (lab, folder);

    /// <summary>What the undamaged journal holds.</summary>
    public HashSet<MetricPoint> Points { get; private set; } = [];

    public HashSet<RunFact> Facts { get; private set; } = [];

    public RecordingStore Store { get; } = new();

    public int FactsLength => (int)new FileInfo(Path.Combine(_folder, "facts.log")).Length;

    public static (JournalLab Lab, RunJournal Journal, string Crashed) MakeSmallJournal()
    {
        var lab = new JournalLab(new RecordingStore { BeforeApply = _ => throw new LifecycleException("down") { IsTransient = true } });
        var journal = lab.Open();
        journal.Append(new ParamLogged("lr", 0.5));
        var loss = journal.DeclareSeries("loss");
        for (var i = 0; i < 5; i++) journal.Log(loss, i, 0.5 + i, 1_700_000_000_000 + i);
        journal.Append(new TagSet("a", "b"));
        return (lab, journal, lab.Crash());
    }

    public static async Task<DamagedCopies> MakeAsync()
    {
        var (lab, journal, crashed) = MakeSmallJournal();
        var copies = new DamagedCopies(lab, Directory.EnumerateDirectories(crashed).Single());
        var store = new RecordingStore();
        await lab.RecoverAsync(lab.Crash(), store);
        copies.Points = [.. store.PointsOf(journal.Run, "loss")];
        copies.Facts = [.. store.FactsOf(journal.Run)];
        return copies;
    }

    public static RunId RunOf(int number) => RunId.Parse($"copy_{number + 1}");

    /// <summary>Adds a copy. The checks are seeded by the writer, which stays the same.</summary>
    public void Add(string file, int number, Action<FileStream> damage)
    {
        var writer = Path.GetFileName(_folder)[^16..];
        var copy = Directory.CreateDirectory(Path.Combine(_target, $"{RunOf(number)}-{writer}")).FullName;
        foreach (var path in Directory.EnumerateFiles(_folder)) File.Copy(path, Path.Combine(copy, Path.GetFileName(path)));
        using var stream = File.Open(Path.Combine(copy, file), FileMode.Open);
        damage(stream);
    }

    public Task RecoverAsync() => _lab.RecoverAsync(_target, Store);

    public ValueTask DisposeAsync() => _lab.DisposeAsync();
}
