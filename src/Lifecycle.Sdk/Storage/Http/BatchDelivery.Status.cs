namespace Lifecycle.Sdk.Storage.Http;

/// <content>Attempts, status, stage, name: what changes the run itself.</content>
internal sealed partial class BatchDelivery
{
    private async ValueTask ResumeAsync(RunResumed resumed, CancellationToken cancellationToken)
    {
        if (_isDialect)
        {
            var body = WireBody.Of(json =>
            {
                json.WriteString("run_id", link.ServerId);
                json.WriteString("status", "RUNNING");
                json.WriteNumber("attempt", batch.Attempt);
                json.Number("from_step", resumed.FromStep);
            });
            await UpdateAsync(body, cancellationToken).ConfigureAwait(false);
            return;
        }

        var attempts = await AttemptsAsync(cancellationToken).ConfigureAwait(false);
        if (attempts.Any(attempt => attempt.Id == batch.Attempt)) return;
        link.Attempts = [.. attempts.Append(new RunAttempt(batch.Attempt, resumed.FromStep)).OrderBy(attempt => attempt.Id)];
        foreach (var tag in RunLink.TagsOf(link.Attempts)) await SetTagAsync(tag.Key, tag.Value, cancellationToken).ConfigureAwait(false);
        if (attempts.Any(attempt => attempt.Id > batch.Attempt)) return;
        await DeleteTagAsync(WireTags.Error, cancellationToken).ConfigureAwait(false);
        Note(new WireEntry());
        await UpdateAsync("status", "RUNNING", cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask ChangeStatusAsync(RunStatusChanged change, CancellationToken cancellationToken)
    {
        var status = RunRow.StatusText(change.Status);
        var attempt = batch.Writer.IsNone || batch.Attempt == RunBatch.LatestAttempt ? (long?)null : batch.Attempt;
        if (!_isDialect)
        {
            // Whoever took over speaks for the run now; it may have done so from another process.
            if (attempt is { } mine && (await AttemptsAsync(cancellationToken).ConfigureAwait(false)).Any(other => other.Id > mine)) return;
            if (change.Error is { } error) await SetTagAsync(WireTags.Error, await FitAsync(WireTags.Error, error, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            else await DeleteTagAsync(WireTags.Error, cancellationToken).ConfigureAwait(false);
            Note(new WireEntry { Status = change.Status == RunStatus.Interrupted ? status : null });
            await SendMappingAsync(cancellationToken).ConfigureAwait(false);
            if (change.Status == RunStatus.Interrupted) status = WireText.Killed;
        }

        var body = WireBody.Of(json =>
        {
            json.WriteString("run_id", link.ServerId);
            json.WriteString("status", status);
            json.Number("end_time", change.EndTime?.ToUnixTimeMilliseconds());
            if (!_isDialect) return;
            json.Number("attempt", attempt);
            json.Text("error", change.Error);
        });
        await UpdateAsync(body, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<IReadOnlyList<RunAttempt>> AttemptsAsync(CancellationToken cancellationToken)
    {
        var run = await links.ReadAsync(batch.Run, cancellationToken).ConfigureAwait(false) ?? throw links.NoSuchRun(batch.Run);
        return link.Attempts = RunLink.AttemptsOf(run);
    }

    private async ValueTask<LifecycleStage> StageAsync(CancellationToken cancellationToken)
    {
        var run = await links.ReadAsync(batch.Run, cancellationToken).ConfigureAwait(false) ?? throw links.NoSuchRun(batch.Run);
        return run.Info.LifecycleStage == "deleted" ? LifecycleStage.Deleted : LifecycleStage.Active;
    }

    private async ValueTask ChangeStageAsync(LifecycleStage stage, CancellationToken cancellationToken)
    {
        var endpoint = stage == LifecycleStage.Deleted ? "runs/delete" : "runs/restore";
        using var _ = await SendAsync(HttpCall.Post(endpoint, WireBody.Of(("run_id", link.ServerId))), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask RenameAsync(string name, CancellationToken cancellationToken)
    {
        var cut = _isDialect ? name : WireText.RunName(name);
        if (cut != name) await SetTagAsync(WireTags.FullName, name, cancellationToken).ConfigureAwait(false);
        try
        {
            await UpdateAsync("run_name", cut, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpFailureException e) when (e.IsRefusal && !_isDialect)
        {
            if (await StageAsync(cancellationToken).ConfigureAwait(false) == LifecycleStage.Deleted) throw;
            _conflicts.Add($"The run was not renamed to '{NameRules.Shorten(name)}': {Reason(e)}");
        }
    }

    private ValueTask UpdateAsync(string name, string value, CancellationToken cancellationToken) =>
        UpdateAsync(WireBody.Of(("run_id", link.ServerId), (name, value)), cancellationToken);

    private async ValueTask UpdateAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using var _ = await SendAsync(HttpCall.Post("runs/update", body), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask SetTagAsync(string key, string value, CancellationToken cancellationToken)
    {
        var body = WireBody.Of(("run_id", link.ServerId), ("key", key), ("value", value));
        using var _ = await SendAsync(HttpCall.Post("runs/set-tag", body), cancellationToken).ConfigureAwait(false);
        link.TagKeys.Add(key);
    }

    private async ValueTask DeleteTagAsync(string key, CancellationToken cancellationToken)
    {
        // Most runs never fail: a tag that nobody has set need not be deleted.
        if (!_isDialect && RunReading.IsOwnTag(key) && !link.TagKeys.Contains(key)) return;
        try
        {
            using var _ = await SendAsync(HttpCall.Post("runs/delete-tag", WireBody.Of(("run_id", link.ServerId), ("key", key))), cancellationToken).ConfigureAwait(false);
        }
        catch (HttpFailureException e) when (e.IsMissing)
        {
            // There was none, which is as good; that the run is there has been seen before.
        }

        link.TagKeys.Remove(key);
    }
}
