using System.Runtime.CompilerServices;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <content>Runs, points and artifacts.</content>
internal sealed partial class LocalFileStore
{
    /// <inheritdoc/>
    public override ValueTask<ApplyResult> ApplyAsync(RunBatch batch, CancellationToken cancellationToken = default)
    {
        BatchRules.RequireValid(batch);
        return RunAsync(batch.Run, () => WithFolderAsync(batch.Run, folder => folder.ApplyAsync(batch, cancellationToken), cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask<WriterMark?> GetMarkAsync(RunId run, WriterId writer, CancellationToken cancellationToken = default)
    {
        RequireRun(run);
        return RunAsync(run, () => WithFolderAsync(run, folder => ValueTask.FromResult(folder.GetMark(writer)), cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask PutContentAsync(StagedContent content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        return new ValueTask(RunAsync(
            null,
            async () =>
            {
                await _contents.PutAsync(content, cancellationToken).ConfigureAwait(false);
                return true;
            },
            cancellationToken).AsTask());
    }

    /// <inheritdoc/>
    public override ValueTask<RunInfo?> GetRunAsync(RunId run, CancellationToken cancellationToken = default)
    {
        RequireRun(run);
        return ReadAsync(run, view => view.Refresh() ? view.State.ToInfo(ExperimentFolder.StageOf(view.State, _experiments.Get(view.State.ExperimentId))) : null, cancellationToken);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<PointBlock> ReadPointsAsync(
        RunId run, string key, PointRange range, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        RequireRun(run);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(range);
        using var reader = await RunAsync(
            run,
            () => WithFolderAsync(
                run,
                folder => folder.View.Refresh() ? ValueTask.FromResult(PointReader.Open(folder.View, folder.Blocks, key, range)) : throw NoSuchRun(run),
                cancellationToken),
            cancellationToken).ConfigureAwait(false);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (reader.Next() is not { } block) yield break;
            yield return block;
        }
    }

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<ArtifactInfo>> ListArtifactsAsync(RunId run, CancellationToken cancellationToken = default)
    {
        RequireRun(run);
        return ReadAsync<IReadOnlyList<ArtifactInfo>>(run, view => view.Refresh() ? [.. view.State.Artifacts.Values] : throw NoSuchRun(run), cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask<Stream> OpenArtifactAsync(RunId run, ArtifactPath path, CancellationToken cancellationToken = default)
    {
        RequireRun(run);
        return ReadAsync(
            run,
            view =>
            {
                if (!view.Refresh()) throw NoSuchRun(run);
                return view.State.Artifacts.TryGetValue(path.ToString(), out var artifact)
                    ? _contents.Open(artifact)
                    : throw new LifecycleNotFoundException($"The run '{run}' has no artifact '{path}'.") { Store = Address, Run = run };
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask<Page<RunInfo>> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return RunAsync(null, async () => SearchEvaluator.Find(await _index.LookAsync(cancellationToken).ConfigureAwait(false), query), cancellationToken);
    }

    private static void RequireRun(RunId run)
    {
        if (run.IsEmpty) throw new ArgumentException("The run id is empty.", nameof(run));
    }

    private ValueTask<T> ReadAsync<T>(RunId run, Func<RunView, T> read, CancellationToken cancellationToken) =>
        RunAsync(run, () => WithFolderAsync(run, folder => ValueTask.FromResult(read(folder.View)), cancellationToken), cancellationToken);
}
