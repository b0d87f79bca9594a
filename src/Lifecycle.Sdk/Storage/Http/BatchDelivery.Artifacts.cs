namespace Lifecycle.Sdk.Storage.Http;

/// <content>Artifacts.</content>
internal sealed partial class BatchDelivery
{
    /// <summary>The protocol has no contents without a place: one that was delivered before is fetched from there.</summary>
    private async ValueTask CopyAsync(string path, string key, ArtifactInfo artifact, CancellationToken cancellationToken)
    {
        var known = links.FindDelivered(artifact.Digest) ?? throw new LifecycleException(
            $"The content {artifact.Digest} of artifact '{path}' was not given to {channel.Address} before the artifact was logged.")
        { Store = channel.Address, Run = batch.Run };
        var temporary = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            var content = new CheckedStream(await artifacts.OpenAsync(known.ArtifactUri, known.Run, known.Key, cancellationToken).ConfigureAwait(false), artifact, channel.Address);
            await using (content.ConfigureAwait(false))
            {
                var copy = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous);
                await using (copy.ConfigureAwait(false)) await content.CopyToAsync(copy, cancellationToken).ConfigureAwait(false);
            }

            await artifacts.UploadAsync(link.ArtifactUri, batch.Run, key, temporary, artifact.Time, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private async ValueTask SendArtifactsAsync(CancellationToken cancellationToken)
    {
        foreach (var (path, artifact) in _artifacts.ToArray())
        {
            var key = _isDialect ? path : WirePaths.Of(path);
            try
            {
                if (contents.Find(artifact.Digest) is { } file) await artifacts.UploadAsync(link.ArtifactUri, batch.Run, key, file, artifact.Time, cancellationToken).ConfigureAwait(false);
                else await CopyAsync(path, key, artifact, cancellationToken).ConfigureAwait(false);
                links.Delivered(artifact.Digest, new DeliveredContent(link.ArtifactUri, batch.Run, key));
                if (!_isDialect)
                {
                    Note(new WireEntry
                    {
                        Artifact = path,
                        Key = key == path ? null : key,
                        Sha256 = artifact.Digest.ToString(),
                        Size = artifact.Size,
                        Time = artifact.Time.ToUnixTimeMilliseconds(),
                    });
                }
            }
            catch (HttpFailureException e) when (e.IsRefusal || e.IsTaken || e.IsUnserved || e.IsTooLarge)
            {
                if (_isDialect && await StageAsync(cancellationToken).ConfigureAwait(false) == LifecycleStage.Deleted) throw;
                var kept = await contents.KeepRefusedAsync(artifact.Digest, batch.Run, path, channel.Address, cancellationToken).ConfigureAwait(false);
                _conflicts.Add($"The artifact '{path}' was not stored{(kept is null ? "" : $", it is kept in '{kept}'")}: {Reason(e)}");
            }

            _artifacts.Remove(path);
            contents.Release(artifact.Digest);
        }
    }

    /// <summary>Keeps something that is too long for the server as an artifact, under its own digest so that it never changes.</summary>
    /// <returns>Where; null if the server takes no artifacts, which is said.</returns>
    private async ValueTask<(string Path, ContentDigest Digest)?> TryKeepAsync(string kind, string name, string what, byte[] content, CancellationToken cancellationToken)
    {
        var digest = ContentDigest.Of(content);
        var safe = string.Concat(name.Take(60).Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' ? c : '_'));
        var path = $"lifecycle/{kind}/{safe}-{digest.ToString()[..16]}.{(kind == "inputs" ? "json" : "txt")}";
        try
        {
            await artifacts.UploadAsync(link.ArtifactUri, batch.Run, path, content, cancellationToken).ConfigureAwait(false);
            return (path, digest);
        }
        catch (HttpFailureException e) when (e.IsRefusal || e.IsUnserved || e.IsTooLarge)
        {
            var kept = await contents.KeepRefusedAsync(content, batch.Run, path, channel.Address, cancellationToken).ConfigureAwait(false);
            _conflicts.Add($"Of the {what} only a part was stored, as it does not fit and can't be an artifact there; the whole is kept in '{kept}': {Reason(e)}");
            return null;
        }
    }

    /// <summary>Removes files; one that the server can't remove is removed in the map.</summary>
    private async ValueTask DeleteArtifactsAsync(CancellationToken cancellationToken)
    {
        foreach (var path in _deletions)
        {
            var key = _isDialect ? path : WirePaths.Of(path);
            try
            {
                if (await artifacts.DeleteAsync(link.ArtifactUri, batch.Run, key, cancellationToken).ConfigureAwait(false)) continue;
                _conflicts.Add($"The artifact '{path}' is still on the server, which can't remove it alone; it is no longer shown.");
            }
            catch (HttpFailureException e) when ((e.IsRefusal || e.IsUnserved) && !_isDialect)
            {
                _conflicts.Add($"The artifact '{path}' was not removed: {Reason(e)}");
            }

            // Not later than what it takes back: a file that is logged anew wins.
            Note(new WireEntry { Artifact = path, Key = key == path ? null : key, Removed = true, Time = link.Map.Artifacts.GetValueOrDefault(path)?.Time ?? 0 });
        }
    }

    private static string Reason(HttpFailureException failure) => failure.Said.Length == 0 ? failure.Message : $"the server says {failure.Said}".TrimEnd();
}
