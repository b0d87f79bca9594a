using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <content>Versions and their artifacts.</content>
internal sealed partial class LedgerModelRegistry
{
    public override async Task<ModelVersion> CreateVersionAsync(string name, NewModelVersion version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(version);
        var folder = version.Check()?.ToString();
        var tags = CheckedTags(version.Tags);
        (await StateAsync(cancellationToken).ConfigureAwait(false)).Model(name);
        var details = new LedgerDetails { Description = version.Description.Length == 0 ? null : version.Description, Tags = tags, Source = version.Source };
        if (version.Run is { } run) details = await FreezeAsync(details, run, folder, cancellationToken).ConfigureAwait(false);
        return await AppendVersionAsync(name, details, cancellationToken).ConfigureAwait(false);
    }

    public override async Task<ModelVersion> UpdateVersionAsync(string name, int version, ModelUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        var details = Details(update);
        return await ChangeVersionAsync(name, version, (_, _) => new LedgerChange(LedgerAction.VersionUpdated, name, version, details), cancellationToken).ConfigureAwait(false);
    }

    public override async Task DeleteVersionAsync(string name, int version, string? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        RequireReason(reason);
        await ChangeAsync(
            state => Known(state.Version(name, version), new LedgerChange(LedgerAction.VersionDeleted, name, version, Reason: reason)), cancellationToken).ConfigureAwait(false);
    }

    public override async Task<Stream> OpenArtifactAsync(string name, int version, string path, CancellationToken cancellationToken = default)
    {
        var place = ArtifactPath.Parse(path);
        var known = await GetVersionAsync(name, version, cancellationToken).ConfigureAwait(false);
        var frozen = known.Artifacts.FirstOrDefault(artifact => artifact.Path == place)
            ?? throw new LifecycleNotFoundException($"Version {version} of '{name}' has no artifact '{place}'.") { Store = Store.Address, Run = known.Run };
        var content = await Store.OpenArtifactAsync(known.Run!.Value, place, cancellationToken).ConfigureAwait(false);
        // The run may have logged another content under this path since; then its own digest fits, and the frozen one does not.
        var now = (await Store.ListArtifactsAsync(known.Run.Value, cancellationToken).ConfigureAwait(false)).FirstOrDefault(artifact => artifact.Path == place);
        if (now?.Digest == frozen.Digest) return new CheckedStream(content, now, Store.Address);
        await content.DisposeAsync().ConfigureAwait(false);
        throw new LifecycleException($"The artifact '{place}' of run {known.Run} was replaced after version {version} of '{name}' was registered: "
            + $"its SHA-256 is {now?.Digest}, and that of the version is {frozen.Digest}.")
        { Store = Store.Address, Run = known.Run };
    }

    /// <summary>The number is decided with the state it is appended to, so two processes never give the same one.</summary>
    private async Task<ModelVersion> AppendVersionAsync(string name, LedgerDetails details, CancellationToken cancellationToken)
    {
        var number = 0;
        var state = await ChangeAsync(
            state => Known(state.Model(name), new LedgerChange(LedgerAction.VersionCreated, name, number = state.NextNumber(name), details)), cancellationToken).ConfigureAwait(false);
        return state.Version(name, number);
    }

    private async Task<ModelVersion> ChangeVersionAsync(
        string name, int version, Func<ModelState, ModelVersion, LedgerChange?> decide, CancellationToken cancellationToken)
    {
        var state = await ChangeAsync(state => decide(state.Model(name), state.Version(name, version)), cancellationToken).ConfigureAwait(false);
        return state.Version(name, version);
    }

    /// <summary>Notes what the run holds now.</summary>
    private async Task<LedgerDetails> FreezeAsync(LedgerDetails details, RunId run, string? folder, CancellationToken cancellationToken)
    {
        await _catchUp(cancellationToken).ConfigureAwait(false);
        var info = await Store.GetRunAsync(run, cancellationToken).ConfigureAwait(false)
            ?? throw new LifecycleNotFoundException($"The store '{Store.Address}' has no run '{run}'.") { Store = Store.Address, Run = run };
        var artifacts = details.Source is not null && folder is null ? [] : await Store.ListArtifactsAsync(run, cancellationToken).ConfigureAwait(false);
        LedgerArtifact[] frozen = [.. artifacts.Where(artifact => IsWithin(artifact.Path.ToString(), folder))
            .Select(artifact => new LedgerArtifact(artifact.Path.ToString(), artifact.Digest.ToString(), artifact.Size))];
        if (folder is not null && frozen.Length == 0)
            throw new ArgumentException($"The run {run} has no artifact in '{folder}': log the model before it is registered.", nameof(folder));
        var experiment = await Store.GetExperimentAsync(info.ExperimentId, cancellationToken).ConfigureAwait(false);
        return details with
        {
            Run = run.ToString(),
            ArtifactFolder = folder,
            Source = details.Source ?? (folder is null ? $"runs:/{run}" : $"runs:/{run}/{folder}"),
            Artifacts = frozen,
            Lineage = LineageOf(info, experiment?.Name),
        };
    }

    private static bool IsWithin(string path, string? folder) => folder is null || path == folder
        || (path.Length > folder.Length && path[folder.Length] == '/' && path.StartsWith(folder, StringComparison.Ordinal));

    private static ModelLineage LineageOf(RunInfo run, string? experiment) => new()
    {
        Run = run.Id.ToString(),
        RunName = run.Name,
        Experiment = experiment,
        GitCommit = Tag(run, "mlflow.source.git.commit"),
        GitRepository = Tag(run, "mlflow.source.git.repoURL"),
        GitDirty = Tag(run, "lifecycle.git.dirty") switch { "true" => true, "false" => false, _ => null },
        Datasets = [.. run.Inputs.Select(input => new LineageDataset(input.Name, input.Digest, input.Context))],
    };

    private static string? Tag(RunInfo run, string name) => run.Tags.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
}
