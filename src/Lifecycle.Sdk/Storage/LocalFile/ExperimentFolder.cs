namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>The experiments of a store, one folder each. Changes happen under the store's lock, so that two processes agree on ids and names.</summary>
internal sealed class ExperimentFolder(StoreLayout layout, StoreFiles files, ChangeLog changes, TimeProvider time)
{
    public const string DefaultId = "0";
    public const string DefaultName = "Default";

    /// <summary>The stage of a run: its own, unless the experiment's has changed since.</summary>
    public static LifecycleStage StageOf(RunState run, ExperimentDocument? experiment) =>
        experiment is null || run.OwnStage.Revision >= experiment.StageRevision ? run.OwnStage.Stage : experiment.Stage;

    /// <summary>When the stage of a run last changed; null if it never did.</summary>
    public static DateTimeOffset? StageTimeOf(RunState run, ExperimentDocument? experiment) =>
        experiment is null || run.OwnStage.Revision >= experiment.StageRevision ? run.OwnStage.Time : experiment.StageTime;

    /// <summary>One experiment; null if there is none or its file can't be read, which verify reports.</summary>
    public ExperimentDocument? Get(string id)
    {
        if (!StoreLayout.IsExperimentId(id)) return null;
        try
        {
            var document = CheckedJson.Read(StoreFiles.ReadAll(layout.Experiment(id)), Documents.Json.ExperimentDocument);
            return document.Id == id ? document : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or InvalidDataException)
        {
            return null;
        }
    }

    public IEnumerable<string> Ids() =>
        Directory.Exists(layout.Experiments)
            ? new DirectoryInfo(layout.Experiments).EnumerateDirectories().Select(d => d.Name).Where(StoreLayout.IsExperimentId)
            : [];

    public IEnumerable<ExperimentDocument> All() => Ids().Select(Get).OfType<ExperimentDocument>();

    public ExperimentDocument? GetByName(string name) => All().FirstOrDefault(e => e.Name == name);

    /// <summary>Makes the experiment 0 of a new store; the store's lock is held.</summary>
    public void CreateDefault()
    {
        if (File.Exists(layout.Experiment(DefaultId))) return;
        Save(New(DefaultId, DefaultName, null));
    }

    public async ValueTask<ExperimentDocument> CreateAsync(string name, IReadOnlyDictionary<string, string>? tags, CancellationToken cancellationToken)
    {
        NameRules.RequireExperimentName(name);
        RequireTags(tags);
        ExperimentDocument created;
        using (await FileLock.AcquireAsync(layout.StoreLock, cancellationToken).ConfigureAwait(false))
        {
            RequireFree(name, exceptId: null);
            created = New(NextId(), name, tags);
            Save(created);
        }

        await changes.AppendAsync($"experiment {created.Id}", cancellationToken).ConfigureAwait(false);
        return created;
    }

    public async ValueTask<ExperimentDocument> UpdateAsync(string id, ExperimentUpdate update, CancellationToken cancellationToken)
    {
        if (update.Name is { } newName) NameRules.RequireExperimentName(newName);
        foreach (var (key, value) in update.Tags)
        {
            NameRules.RequireTagName(key);
            if (value is not null) NameRules.RequireValue(value, "tag value");
        }

        ExperimentDocument changed;
        using (await FileLock.AcquireAsync(layout.StoreLock, cancellationToken).ConfigureAwait(false))
        {
            var old = Get(id) ?? throw NotFound(id);
            if (update.Name is { } name) RequireFree(name, exceptId: id);
            var tags = new Dictionary<string, string>(old.Tags, StringComparer.Ordinal);
            foreach (var (key, value) in update.Tags)
            {
                if (value is null) tags.Remove(key);
                else tags[key] = value;
            }

            var now = time.GetUtcNow();
            changed = old with { Name = update.Name ?? old.Name, Tags = tags, LastUpdateTime = now };
            // Also the same stage again: it is said of all runs, of which some may have another.
            if (update.Stage is { } stage) changed = WithStage(changed, stage, now);
            Save(changed);
        }

        await changes.AppendAsync($"experiment {id}", cancellationToken).ConfigureAwait(false);
        return changed;
    }

    /// <summary>Finds, makes or restores the experiment that a run starts in.</summary>
    /// <returns>Its id.</returns>
    public async ValueTask<string> EnterAsync(RunStarted started, RunState run, CancellationToken cancellationToken)
    {
        if (run.IsStarted) return run.ExperimentId;
        var found = Find(started);
        if (found is { Stage: LifecycleStage.Active }) return found.Id;
        using (await FileLock.AcquireAsync(layout.StoreLock, cancellationToken).ConfigureAwait(false))
        {
            found = Find(started);
            if (found is null)
            {
                var id = started.ExperimentId is { } wanted && StoreLayout.IsExperimentId(wanted)
                    && !Directory.Exists(Path.GetDirectoryName(layout.Experiment(wanted))) ? wanted : NextId();
                found = New(id, NameOf(started), null);
            }
            else if (found.Stage == LifecycleStage.Active)
            {
                return found.Id;
            }
            else
            {
                found = WithStage(found, LifecycleStage.Active, time.GetUtcNow());
            }

            Save(found);
        }

        await changes.AppendAsync($"experiment {found.Id}", cancellationToken).ConfigureAwait(false);
        return found.Id;
    }

    private ExperimentDocument? Find(RunStarted started) =>
        (started.ExperimentId is { } id ? Get(id) : null)
        ?? (NameOf(started) is var name && name == DefaultName && Get(DefaultId) is { Name: DefaultName } known ? known : GetByName(name));

    private static string NameOf(RunStarted started) =>
        started.ExperimentName ?? (started.ExperimentId is null or DefaultId ? DefaultName : $"experiment {started.ExperimentId}");

    private static ExperimentDocument WithStage(ExperimentDocument experiment, LifecycleStage stage, DateTimeOffset now) =>
        experiment with { Stage = stage, StageRevision = experiment.StageRevision + 1, StageTime = now, LastUpdateTime = now };

    private static void RequireTags(IReadOnlyDictionary<string, string>? tags)
    {
        foreach (var (key, value) in tags ?? new Dictionary<string, string>())
        {
            NameRules.RequireTagName(key);
            NameRules.RequireValue(value, "tag value");
        }
    }

    private ExperimentDocument New(string id, string name, IReadOnlyDictionary<string, string>? tags)
    {
        var now = time.GetUtcNow();
        return new ExperimentDocument
        {
            Id = id,
            Name = name,
            CreationTime = now,
            LastUpdateTime = now,
            Tags = tags is null ? [] : new Dictionary<string, string>(tags, StringComparer.Ordinal),
        };
    }

    private void Save(ExperimentDocument experiment)
    {
        files.CreateDirectory(Path.GetDirectoryName(layout.Experiment(experiment.Id))!);
        files.WriteAtomically(layout.Experiment(experiment.Id), CheckedJson.Write(experiment, Documents.Json.ExperimentDocument));
    }

    private string NextId()
    {
        var taken = Ids().Select(id => long.Parse(id, System.Globalization.CultureInfo.InvariantCulture)).ToHashSet();
        var next = TextOf(taken.DefaultIfEmpty(0).Max() + 1);
        // A run may bring the greatest id along that there is.
        return StoreLayout.IsExperimentId(next) ? next : TextOf(Enumerable.Range(1, int.MaxValue).First(id => !taken.Contains(id)));

        static string TextOf(long id) => id.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private void RequireFree(string name, string? exceptId)
    {
        if (GetByName(name) is not { } taken || taken.Id == exceptId) return;
        var state = taken.Stage == LifecycleStage.Deleted ? "deleted" : "active";
        throw new LifecycleConflictException($"The experiment name '{NameRules.Shorten(name)}' is taken by the {state} experiment {taken.Id}.") { Store = layout.Root };
    }

    private LifecycleNotFoundException NotFound(string id) => new($"The store '{layout.Root}' has no experiment '{NameRules.Shorten(id)}'.") { Store = layout.Root };
}
