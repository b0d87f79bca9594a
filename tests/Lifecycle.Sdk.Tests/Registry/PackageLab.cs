using System.IO.Compression;
using System.Text;
using Lifecycle.Sdk.Tests.Tracking;

namespace Lifecycle.Sdk.Tests.Registry;

/// <summary>A store with one trained and registered version, and ways to spoil its package.</summary>
internal sealed class PackageLab(string provider) : IDisposable
{
    private readonly TrackerLab _lab = new(provider);
    private readonly TrackerLab _target = new(provider == "file" ? "sqlite" : "file");

    public string this[string name] => _lab[name];

    public Tracker OpenSource() => _lab.Open();

    /// <summary>A store of the other provider, empty at first.</summary>
    public Tracker OpenTarget() => _target.Open();

    public static async Task<RunId> TrainAsync(Tracker tracker)
    {
        await using var run = tracker.StartRun("fraud detection", "train 7");
        run.LogParam("depth", 6);
        run.LogParam("rate", 0.1);
        run.LogParam("kind", "gbt | <b>");
        run.LogInput(new DatasetInput { Name = "payments", Digest = "d1", Context = "training", RowCount = 10 });
        for (var i = 0; i < 50; i++) run.Metric("auc").Log(0.5 + (Math.Abs(20 - i) / 100.0), i);
        run.Metric("loss").Log(double.NaN, 1);
        run.SetTag("mlflow.source.git.commit", "abc123");
        await run.LogArtifactAsync(new MemoryStream(Encoding.UTF8.GetBytes("weights")), "model/w.bin");
        await run.LogArtifactAsync(new MemoryStream([]), "model/sub/empty");
        await run.LogArtifactAsync(new MemoryStream(new byte[3_000_000]), "model/sub/big é.bin");
        await run.LogTextAsync("not part of it", "notes.txt");
        run.Complete();
        return run.Id;
    }

    /// <summary>Registers and exports a version.</summary>
    public async Task<ModelExport> ExportAsync(string path)
    {
        await using var tracker = OpenSource();
        var models = tracker.Models.As("alice");
        await models.CreateModelAsync("fraud", "finds it");
        await models.RegisterAsync("fraud", await TrainAsync(tracker), "model", "the first");
        await models.UpdateVersionAsync("fraud", 1, new ModelUpdate { Tags = new Dictionary<string, string?> { ["team"] = "risk" } });
        await models.RecordCheckAsync("fraud", 1, new ModelCheck("accuracy", true, "0.9"));
        await models.ApproveAsync("fraud", 1, PromotionTarget.Alias("champion"), "looked at it");
        await models.SetAliasAsync("fraud", "champion", 1);
        return await models.ExportAsync("fraud@champion", this[path]);
    }

    /// <summary>What a package may hold that a folder on this disk can't.</summary>
    public async Task RepackAsync(string folder, string zip, Action<ZipArchive> more)
    {
        await using var archive = await ZipFile.OpenAsync(this[zip], ZipArchiveMode.Create);
        foreach (var file in Directory.EnumerateFiles(this[folder], "*", SearchOption.AllDirectories))
            await archive.CreateEntryFromFileAsync(file, Path.GetRelativePath(this[folder], file).Replace('\\', '/'));
        more(archive);
    }

    public void Dispose()
    {
        _lab.Dispose();
        _target.Dispose();
    }
}
