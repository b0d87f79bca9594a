namespace Lifecycle.Sdk.Storage.Http;

/// <summary>
/// Brings one batch to the server. Everything in it may be sent again without harm: values that are there are refused or stored once, points are the same
/// points, files the same files. The order is that of the seam: facts, points, end.
/// </summary>
internal sealed partial class BatchDelivery(HttpChannel channel, HttpArtifacts artifacts, ContentCopies contents, RunLinks links, int maxConnections, RunLink link, RunBatch batch)
{
    private readonly List<string> _conflicts = [];
    private readonly Dictionary<string, ParamValue> _params = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> _tags = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ArtifactInfo> _artifacts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _deletions = new(StringComparer.Ordinal);
    private readonly List<DatasetInput> _inputs = [];
    private readonly bool _isDialect = channel.IsDialect;
    private RunResumed? _resumed;
    private string? _name;
    private string? _user;
    private RunStatusChanged? _status;
    private LifecycleStage? _stage;

    public async ValueTask<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var fact in batch.Facts) Sort(fact);
        _status = batch.End ?? _status;
        try
        {
            await DeliverAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (HttpFailureException e) when (e.IsRefusal && _stage != LifecycleStage.Active)
        {
            // A server takes nothing for a deleted run, but what was logged before has to arrive.
            if (await StageAsync(cancellationToken).ConfigureAwait(false) != LifecycleStage.Deleted) throw;
            await ChangeStageAsync(LifecycleStage.Active, cancellationToken).ConfigureAwait(false);
            _stage = LifecycleStage.Deleted;
            await DeliverAsync(cancellationToken).ConfigureAwait(false);
        }

        return _conflicts;
    }

    private void Sort(RunFact fact)
    {
        switch (fact)
        {
            case RunStarted started:
                // What creating the run could not say; a run that was there keeps what it knows.
                if (_isDialect) break;
                if (started.Parent is { } parent) Note(new WireEntry { Parent = parent.ToString() });
                if (started.User is { } user && !link.TagKeys.Contains(WireTags.User)) _user = user;
                break;
            case RunResumed resumed:
                _resumed = resumed;
                break;
            case ParamLogged param when !_params.TryAdd(param.Name, param.Value) && _params[param.Name] != param.Value:
                _conflicts.Add(Contradiction(param.Name, _params[param.Name].ToString(), param.Value));
                break;
            case ParamLogged:
                break;
            case TagSet tag:
                _tags[tag.Name] = tag.Value;
                break;
            case TagDeleted tag:
                _tags[tag.Name] = null;
                break;
            case ArtifactLogged logged:
                Sort(logged.Artifact);
                break;
            case ArtifactDeleted deleted:
                if (_artifacts.Remove(deleted.Path.ToString(), out var dropped)) contents.Release(dropped.Digest);
                link.ArtifactNames.Remove(deleted.Path.ToString());
                _deletions.Add(deleted.Path.ToString());
                break;
            case InputLogged input:
                _inputs.Add(input.Input);
                break;
            case RunRenamed renamed:
                _name = renamed.Name;
                break;
            case RunStatusChanged changed:
                _status = changed;
                break;
            case RunStageChanged changed:
                _stage = changed.Stage;
                break;
            default:
                throw new ArgumentException($"The fact {fact.GetType().Name} is unknown to this store.", nameof(fact));
        }
    }

    private void Sort(ArtifactInfo artifact)
    {
        var path = artifact.Path.ToString();
        if (link.ArtifactNames.FindConflict(path) is { } other)
        {
            _conflicts.Add($"The artifact '{path}' was not stored: the run has '{other}', and both can't exist in one folder on every system.");
            contents.Release(artifact.Digest);
            return;
        }

        link.ArtifactNames.Add(path);
        if (_artifacts.Remove(path, out var before)) contents.Release(before.Digest);
        _artifacts.Add(path, artifact);
    }

    private async ValueTask DeliverAsync(CancellationToken cancellationToken)
    {
        if (_stage == LifecycleStage.Active) await ChangeStageAsync(LifecycleStage.Active, cancellationToken).ConfigureAwait(false);
        if (_resumed is not null) await ResumeAsync(_resumed, cancellationToken).ConfigureAwait(false);
        // Before the uploads: a file that is logged anew after it was removed stays.
        await DeleteArtifactsAsync(cancellationToken).ConfigureAwait(false);
        await SendArtifactsAsync(cancellationToken).ConfigureAwait(false);
        await SendInputsAsync(cancellationToken).ConfigureAwait(false);
        // Another process may have resumed the run since.
        if (!_isDialect && batch.Points.Count > 0 && batch.Attempt == RunBatch.LatestAttempt) await AttemptsAsync(cancellationToken).ConfigureAwait(false);
        var points = MapPoints();
        await SendValuesAsync(hasPoints: points.Count > 0, cancellationToken).ConfigureAwait(false);
        if (_name is not null) await RenameAsync(_name, cancellationToken).ConfigureAwait(false);
        await SendPointsAsync(points, cancellationToken).ConfigureAwait(false);
        if (_status is not null) await ChangeStatusAsync(_status, cancellationToken).ConfigureAwait(false);
        if (_stage == LifecycleStage.Deleted) await ChangeStageAsync(LifecycleStage.Deleted, cancellationToken).ConfigureAwait(false);
        link.Heard = batch.Time;
    }

    private ValueTask<HttpAnswer> SendAsync(HttpCall call, CancellationToken cancellationToken) => channel.SendAsync(call with { Time = batch.Time }, cancellationToken);

    /// <summary>Adds an entry to the tags that say what the server could not keep.</summary>
    private void Note(WireEntry entry)
    {
        if (link.Map.Add(batch.Writer, entry) is not { } tag) return;
        link.Unsent.RemoveAll(known => known.Key == tag.Key);
        link.Unsent.Add(tag);
    }

    private async ValueTask SendInputsAsync(CancellationToken cancellationToken)
    {
        foreach (var input in _inputs) await SendInputAsync(input, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask SendInputAsync(DatasetInput input, CancellationToken cancellationToken)
    {
        var dataset = WireDatasets.Of(input, (digest, isWhole) => IsTaken(input, digest, isWhole), out var isExact);
        if (_isDialect)
        {
            dataset = dataset with { Digest = input.Digest, Source = input.Source, SourceType = input.SourceType };
        }
        else if (!isExact)
        {
            var json = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(input, WireEntryJson.Default.DatasetInput);
            var file = await TryKeepAsync("inputs", input.Name, $"dataset '{input.Name}'", json, cancellationToken).ConfigureAwait(false);
            if (file is { } kept) Note(new WireEntry { Dataset = dataset.Digest, File = kept.Path, Sha256 = kept.Digest.ToString() });
        }

        try
        {
            using var _ = await SendAsync(HttpCall.Post("runs/log-inputs", WireDatasets.LogInputs(link.ServerId, dataset, input.Context)), cancellationToken).ConfigureAwait(false);
            link.Datasets[(dataset.Digest, input.Name)] = input.Context;
        }
        catch (HttpFailureException e) when (e.IsRefusal && !_isDialect)
        {
            if (await StageAsync(cancellationToken).ConfigureAwait(false) == LifecycleStage.Deleted) throw;
            _conflicts.Add($"The dataset '{input.Name}' was not stored: {Reason(e)}");
        }
    }

    /// <summary>Whether a digest can't stand for a dataset: a server keeps one context for each in silence, and the map knows those that are in files by their digests alone.</summary>
    private bool IsTaken(DatasetInput input, string digest, bool isWhole) => link.Datasets.TryGetValue((digest, input.Name), out var context)
        ? context != input.Context
        : (!isWhole || link.Map.FindDataset(digest) is not null) && link.Datasets.Keys.Any(known => known.Digest == digest);

    private static string Contradiction(string name, string known, ParamValue value) =>
        $"The param '{name}' is already {NameRules.Shorten(known)}, so {NameRules.Shorten(value.ToString())} ({value.Kind}) was not stored.";
}
