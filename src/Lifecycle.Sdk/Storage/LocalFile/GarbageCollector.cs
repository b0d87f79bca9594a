namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>
/// Removes what was deleted long enough ago. Order makes a crash harmless: first runs (each disappears by one rename), then experiments without runs,
/// then contents that no remaining run refers to and that were not put there recently, so that one on its way into a run is kept.
/// </summary>
internal sealed class GarbageCollector(
    StoreLayout layout, StoreFiles files, ExperimentFolder experiments, ChangeLog changes, GarbageOptions options, TimeProvider time)
{
    /// <summary>What the names of folders on their way out begin with.</summary>
    public const string Removed = ".removed-";

    /// <summary>Everything but links, which lead to what is not the store's.</summary>
    private static readonly EnumerationOptions Plain = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    private readonly DateTimeOffset _now = time.GetUtcNow();
    private readonly List<RunId> _runs = [];
    private readonly List<string> _experiments = [];
    private readonly HashSet<ContentDigest> _kept = [];
    private readonly HashSet<ContentDigest> _dropped = [];
    private readonly HashSet<string> _populated = new(StringComparer.Ordinal);
    private bool _isSure = true;

    /// <summary>Does something with a run's folder while nobody else of the store does.</summary>
    public delegate ValueTask<bool> Within(RunId run, Func<RunFolder, ValueTask<bool>> action, CancellationToken cancellationToken);

    public async ValueTask<GarbageReport> CollectAsync(Within within, CancellationToken cancellationToken)
    {
        foreach (var path in Directory.GetDirectories(layout.Runs))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Path.GetFileName(path).StartsWith(Removed, StringComparison.Ordinal))
            {
                if (!options.DryRun) files.DeleteDirectory(path);
            }
            else
            {
                await VisitAsync(path, within, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (var experiment in experiments.All().Where(IsOldEnough).ToArray())
        {
            _experiments.Add(experiment.Id);
            if (options.DryRun) continue;
            files.DeleteDirectory(Path.GetDirectoryName(layout.Experiment(experiment.Id))!);
            await changes.AppendAsync($"experiment {experiment.Id}", cancellationToken).ConfigureAwait(false);
        }

        var (contents, bytes) = CollectContents(cancellationToken);
        return new GarbageReport(options.DryRun, _experiments, _runs, contents, bytes);
    }

    private async ValueTask VisitAsync(string path, Within within, CancellationToken cancellationToken)
    {
        if (RunFolderName.TryRead(layout, path) is not { } id)
        {
            // What can't be read may refer to anything: its contents stay.
            if (RunFiles.List(path) is { Count: > 0 }) _isSure = false;
            return;
        }

        var view = new RunView(id, path);
        if (!view.Refresh())
        {
            if (RunFiles.List(path) is { Count: > 0 }) _isSure = false;
            return;
        }

        if (!IsGarbage(view))
        {
            Keep(view);
            return;
        }

        if (options.DryRun || await within(id, folder => RemoveAsync(id, folder, cancellationToken), cancellationToken).ConfigureAwait(false))
        {
            _runs.Add(id);
            foreach (var artifact in view.State.Artifacts.Values) _dropped.Add(artifact.Digest);
        }
        else
        {
            Keep(view);
        }
    }

    /// <summary>Removes a run, unless somebody has restored it meanwhile.</summary>
    private async ValueTask<bool> RemoveAsync(RunId id, RunFolder folder, CancellationToken cancellationToken)
    {
        var path = layout.Run(id);
        var grave = Path.Combine(layout.Runs, $"{Removed}{Guid.NewGuid():N}");
        using (var own = await FileLock.AcquireAsync(Path.Combine(path, StoreLayout.LockFile), cancellationToken).ConfigureAwait(false))
        {
            if (!folder.View.Refresh() || !IsGarbage(folder.View)) return false;
            folder.Forget();

            // Windows does not rename a folder while a file in it is open.
            if (OperatingSystem.IsWindows()) own.Dispose();
            files.Rename(path, grave, isDirectory: true);
        }

        files.DeleteDirectory(grave);
        await changes.AppendAsync($"run {id}", cancellationToken).ConfigureAwait(false);
        return true;
    }

    private void Keep(RunView view)
    {
        _populated.Add(view.State.ExperimentId);
        foreach (var artifact in view.State.Artifacts.Values) _kept.Add(artifact.Digest);
    }

    private bool IsGarbage(RunView view)
    {
        var experiment = experiments.Get(view.State.ExperimentId);
        return ExperimentFolder.StageOf(view.State, experiment) == LifecycleStage.Deleted
            && ExperimentFolder.StageTimeOf(view.State, experiment) is { } since && _now - since >= options.MinimumAge;
    }

    private bool IsOldEnough(ExperimentDocument experiment) =>
        experiment.Stage == LifecycleStage.Deleted && experiment.Id != ExperimentFolder.DefaultId && !_populated.Contains(experiment.Id)
        && _now - experiment.StageTime >= options.MinimumAge;

    private (int Count, long Bytes) CollectContents(CancellationToken cancellationToken)
    {
        var (count, bytes) = (0, 0L);
        if (!Directory.Exists(layout.Contents) || !_isSure) return (count, bytes);
        foreach (var file in new DirectoryInfo(layout.Contents).EnumerateFiles("*", Plain))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!IsHexDigest(file.Name)) continue;
            var digest = ContentDigest.Parse(file.Name);
            var isRecent = _now - file.LastWriteTimeUtc < options.MinimumAge;
            if (_kept.Contains(digest) || (isRecent && !_dropped.Contains(digest))) continue;
            count++;
            bytes += file.Length;
            if (!options.DryRun) files.TryDelete(file.FullName);
        }

        return (count, bytes);
    }

    private static bool IsHexDigest(string name) => name.Length == 64 && name.All(char.IsAsciiHexDigitLower);
}
