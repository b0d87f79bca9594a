namespace Lifecycle.Sdk.Storage.Http;

/// <content>What becomes a version, and its artifacts.</content>
internal sealed partial class HttpModelRegistry
{
    public override async Task<ModelVersion> CreateVersionAsync(string name, NewModelVersion version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(version);
        var folder = version.Check()?.ToString();
        var tags = CheckedTags(version.Tags);
        var link = version.Run is { } run ? await server.GetRunAsync(run, cancellationToken).ConfigureAwait(false) : null;
        if (folder is not null) await RequireArtifactsAsync(version.Run!.Value, folder, cancellationToken).ConfigureAwait(false);
        var source = version.Source ?? (folder is null ? link!.ArtifactUri : $"{link!.ArtifactUri?.TrimEnd('/')}/{folder}");
        var body = WireBody.Of(json =>
        {
            json.WriteString("name", name);
            json.Text("source", source);
            json.Text("run_id", link?.ServerId);
            json.Text("description", version.Description.Length == 0 ? null : version.Description);
            if (tags.Count > 0) json.Tags("tags", tags);
        });
        try
        {
            var created = await server.CreateVersionAsync(body, cancellationToken).ConfigureAwait(false);
            return await WithArtifactsAsync(created, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpFailureException e) when (e.IsMissing)
        {
            throw server.NoSuchModel(name);
        }
    }

    public override async Task<ModelVersion> GetVersionAsync(string name, int version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return await WithArtifactsAsync(await server.GetVersionAsync(name, version, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens an artifact of the version's run, checked against the digest that the run has for it now; the server freezes nothing.</summary>
    public override async Task<Stream> OpenArtifactAsync(string name, int version, string path, CancellationToken cancellationToken = default)
    {
        var place = ArtifactPath.Parse(path);
        var known = await server.ToVersionAsync(await server.GetVersionAsync(name, version, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return known.Run is { } run
            ? await server.Store.OpenArtifactAsync(run, place, cancellationToken).ConfigureAwait(false)
            : await server.OpenAsync(known.Source, place.ToString(), cancellationToken).ConfigureAwait(false);
    }

    private static bool IsWithin(string path, string? folder) =>
        folder is null || path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);

    private async Task RequireArtifactsAsync(RunId run, string folder, CancellationToken cancellationToken)
    {
        var artifacts = await server.Store.ListArtifactsAsync(run, cancellationToken).ConfigureAwait(false);
        if (!artifacts.Any(artifact => IsWithin(artifact.Path.ToString(), folder)))
            throw new ArgumentException($"The run {run} has no artifact in '{folder}': log the model before it is registered.", nameof(folder));
    }

    private async Task<ModelVersion> WithArtifactsAsync(WireModelVersion wire, CancellationToken cancellationToken)
    {
        var version = await server.ToVersionAsync(wire, cancellationToken).ConfigureAwait(false);
        if (version.Run is not { } run) return version;
        try
        {
            var artifacts = await server.Store.ListArtifactsAsync(run, cancellationToken).ConfigureAwait(false);
            return version with
            {
                Artifacts = [.. artifacts.Where(artifact => IsWithin(artifact.Path.ToString(), version.ArtifactFolder)).Select(artifact => new ModelArtifact(artifact.Path, artifact.Digest, artifact.Size))],
            };
        }
        catch (LifecycleNotFoundException)
        {
            return version; // Its run is gone; the version is still one.
        }
    }
}
