namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>
/// All runs of a store in memory, for searching. The first look reads every <c>run.json</c>, on all cores; later ones read what the change log names,
/// and look at the files of runs that are running. One look at a time; the snapshots it hands out do not change.
/// </summary>
internal sealed class RunIndex(StoreLayout layout, ExperimentFolder experiments)
{
    private readonly ChangeLog.Cursor _cursor = new(layout);
    private readonly Dictionary<RunId, Entry> _entries = [];
    private readonly Dictionary<string, ExperimentDocument?> _experiments = new(StringComparer.Ordinal);
    private readonly Dictionary<RunId, RunView> _running = [];
    private RunInfo[]? _snapshot;

    /// <summary>One look at a time. Never disposed: who waits for it would wait for ever.</summary>
    private SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>All runs as they are now.</summary>
    public async ValueTask<IReadOnlyList<RunInfo>> LookAsync(CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_cursor.Read() is not { } lines || !TryReadChanged(lines)) await ReadAllAsync(cancellationToken).ConfigureAwait(false);
            foreach (var view in _running.Values.ToArray()) Recheck(view);
            return _snapshot ??= [.. _entries.Values.Select(e => e.Info)];
        }
        catch
        {
            // Half of a look must not be taken for a whole one: the next begins anew.
            _snapshot = null;
            _cursor.Forget();
            throw;
        }
        finally
        {
            Gate.Release();
        }
    }

    private async ValueTask ReadAllAsync(CancellationToken cancellationToken)
    {
        _entries.Clear();
        _running.Clear();
        _experiments.Clear();
        _snapshot = null;
        foreach (var experiment in experiments.All()) _experiments[experiment.Id] = experiment;
        if (!Directory.Exists(layout.Runs)) return;
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            Directory.EnumerateDirectories(layout.Runs),
            options,
            (path, _) =>
            {
                if (RunFolderName.TryRead(layout, path) is not { } id) return ValueTask.CompletedTask;
                var view = new RunView(id, path);
                if (!view.Refresh()) return ValueTask.CompletedTask;
                lock (_entries) Add(view);
                return ValueTask.CompletedTask;
            }).ConfigureAwait(false);
    }

    /// <returns>False at a line that is none: a full disk cut one off, and the next one stands in it. It may name anything.</returns>
    private bool TryReadChanged(IReadOnlyList<string> lines)
    {
        foreach (var line in lines.Distinct(StringComparer.Ordinal))
        {
            if (line.StartsWith("run ", StringComparison.Ordinal) && RunId.TryParse(line[4..], null, out var id)) ReadRun(id);
            else if (line.StartsWith("experiment ", StringComparison.Ordinal) && StoreLayout.IsExperimentId(line[11..])) ReadExperiment(line[11..]);
            else return false;
        }

        return true;
    }

    private void ReadRun(RunId id)
    {
        var view = _running.GetValueOrDefault(id) ?? new RunView(id, layout.Run(id));
        _snapshot = null;
        if (view.Refresh())
        {
            Add(view);
            return;
        }

        _entries.Remove(id);
        _running.Remove(id);
    }

    private void ReadExperiment(string id)
    {
        _snapshot = null;
        _experiments[id] = experiments.Get(id);
        foreach (var (run, entry) in _entries.Where(e => e.Value.Info.ExperimentId == id).ToArray())
            _entries[run] = entry with { Info = entry.Info with { Stage = StageOf(entry.OwnStage, id) } };
    }

    /// <summary>Points of a running run are not in the change log: the lengths of its files tell.</summary>
    private void Recheck(RunView view)
    {
        var version = view.Version;
        if (!view.Refresh())
        {
            ReadRun(view.Id);
        }
        else if (view.Version != version)
        {
            _snapshot = null;
            Add(view);
        }
    }

    private void Add(RunView view)
    {
        var state = view.State;
        if (!_experiments.ContainsKey(state.ExperimentId)) _experiments[state.ExperimentId] = experiments.Get(state.ExperimentId);
        var own = (state.OwnStage.Stage, state.OwnStage.Revision);
        _entries[view.Id] = new Entry(state.ToInfo(StageOf(own, state.ExperimentId)), own);
        if (state.Status == RunStatus.Running) _running[view.Id] = view;
        else _running.Remove(view.Id);
    }

    private LifecycleStage StageOf((LifecycleStage Stage, int Revision) own, string experimentId) =>
        _experiments.GetValueOrDefault(experimentId) is { } experiment && own.Revision < experiment.StageRevision ? experiment.Stage : own.Stage;

    private sealed record Entry(RunInfo Info, (LifecycleStage Stage, int Revision) OwnStage);
}

/// <summary>Which run a folder holds.</summary>
internal static class RunFolderName
{
    /// <summary>
    /// The run of a folder: its name if that is a plain id, else what its <c>id.txt</c> says. Null if it is no run's folder.
    /// </summary>
    public static RunId? TryRead(StoreLayout layout, string path)
    {
        var name = Path.GetFileName(path);
        if (RunId.TryParse(name, null, out var plain)) return layout.Run(plain) == Path.Combine(layout.Runs, name) ? plain : null;
        try
        {
            var text = File.ReadAllText(Path.Combine(path, IdFile));
            return RunId.TryParse(text.Trim(), null, out var id) && StoreLayout.FolderName(id) == name ? id : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The id in full, in folders whose name is not the id itself.</summary>
    public const string IdFile = "id.txt";
}
