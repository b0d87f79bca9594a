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

    /// <summary>A temporary file that has not been written to for this long belongs to a dead process.</summary>
    private static readonly TimeSpan WritePatience = TimeSpan.FromHours(1);

    /// <summary>Everything but links, which lead to what is not the store's.</summary>
    private static readonly EnumerationOptions Plain = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    private readonly DateTimeOffset _now = time.GetUtcNow();
    private readonly List<RunId> _runs = [];
    private readonly List<string> _experiments = [];
    private readonly HashSet<ContentDigest> _kept = [];
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
            if (!options.DryRun && !await RemoveAsync(experiment.Id, cancellationToken).ConfigureAwait(false)) continue;
            _experiments.Add(experiment.Id);
        }

        var (contents, bytes) = await CollectContentsAsync(cancellationToken).ConfigureAwait(false);
        if (!options.DryRun) RemoveLeftovers(cancellationToken);
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
            // The same order as of a batch: first the run's lock, then the store's, with which an experiment can't be restored meanwhile.
            using var everything = await FileLock.AcquireAsync(layout.StoreLock, cancellationToken).ConfigureAwait(false);
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

    /// <summary>Removes an experiment, unless a run has begun in it or somebody has restored it meanwhile.</summary>
    private async ValueTask<bool> RemoveAsync(string experimentId, CancellationToken cancellationToken)
    {
        using (await FileLock.AcquireAsync(layout.StoreLock, cancellationToken).ConfigureAwait(false))
        {
            if (experiments.Get(experimentId) is not { } experiment || !IsOldEnough(experiment)) return false;
            files.DeleteDirectory(Path.GetDirectoryName(layout.Experiment(experimentId))!);
        }

        await changes.AppendAsync($"experiment {experimentId}", cancellationToken).ConfigureAwait(false);
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

    private async ValueTask<(int Count, long Bytes)> CollectContentsAsync(CancellationToken cancellationToken)
    {
        var (count, bytes) = (0, 0L);
        if (!Directory.Exists(layout.Contents) || !_isSure) return (count, bytes);
        foreach (var file in new DirectoryInfo(layout.Contents).EnumerateFiles("*", Plain))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!IsHexDigest(file.Name) || _kept.Contains(ContentDigest.Parse(file.Name)) || !IsOld(file, options.MinimumAge)) continue;
            if (!options.DryRun && !await RemoveContentAsync(file, cancellationToken).ConfigureAwait(false)) continue;
            count++;
            bytes += file.Length;
        }

        return (count, bytes);
    }

    /// <summary>Removes a content, unless somebody has put it again since the look at it.</summary>
    private async ValueTask<bool> RemoveContentAsync(FileInfo file, CancellationToken cancellationToken)
    {
        using var own = await FileLock.AcquireAsync(layout.StoreLock, cancellationToken).ConfigureAwait(false);
        return IsOld(new FileInfo(file.FullName), options.MinimumAge) && files.TryDelete(file.FullName);
    }

    /// <summary>Removes what writes have begun whose process has died: in a folder of contents that may be as large as they are.</summary>
    private void RemoveLeftovers(CancellationToken cancellationToken)
    {
        var age = options.MinimumAge > WritePatience ? options.MinimumAge : WritePatience;
        foreach (var file in Folders().Where(Directory.Exists).SelectMany(path => new DirectoryInfo(path).EnumerateFiles("*" + StoreLayout.TemporarySuffix)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (StoreFiles.IsTemporary(file.Name) && file.LinkTarget is null && IsOld(file, age)) files.TryDelete(file.FullName);
        }
    }

    /// <summary>The folders that the store itself writes to; those of artifacts hold names that users have chosen.</summary>
    private IEnumerable<string> Folders() =>
    [
        layout.Root, .. Enum.GetValues<StoreLedger>().Select(layout.LedgerFolder), .. Below(layout.Contents), .. Below(layout.Experiments),
        .. Below(layout.Runs).SelectMany(run => (string[])[run, Path.Combine(run, RunFiles.Points)]),
    ];

    private static IEnumerable<string> Below(string path) =>
        Directory.Exists(path) ? new DirectoryInfo(path).EnumerateDirectories().Where(d => d.LinkTarget is null).Select(d => d.FullName) : [];

    private bool IsOld(FileInfo file, TimeSpan age) => _now - file.LastWriteTimeUtc >= age;

    private static bool IsHexDigest(string name) => name.Length == 64 && name.All(char.IsAsciiHexDigitLower);
}
