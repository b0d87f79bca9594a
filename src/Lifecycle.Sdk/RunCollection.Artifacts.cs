namespace Lifecycle.Sdk;

public sealed partial class RunCollection
{
    /// <summary>Lists a run's artifacts, in ordinal order of their paths.</summary>
    /// <param name="id">The run.</param>
    /// <param name="folder">Only artifacts below this folder; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The artifacts.</returns>
    /// <exception cref="ArgumentException">The folder breaks a rule.</exception>
    /// <exception cref="LifecycleNotFoundException">The store has no such run.</exception>
    public async Task<IReadOnlyList<ArtifactInfo>> ListArtifactsAsync(RunId id, string? folder = null, CancellationToken cancellationToken = default)
    {
        var prefix = folder is null ? "" : $"{ArtifactPath.Parse(folder)}/";
        await _tracker.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        var artifacts = await _tracker.Store.ListArtifactsAsync(id, cancellationToken).ConfigureAwait(false);
        return prefix.Length == 0 ? artifacts : [.. artifacts.Where(artifact => artifact.Path.ToString().StartsWith(prefix, StringComparison.Ordinal))];
    }

    /// <summary>Opens an artifact for reading. Its content is checked against its digest while it is read to the end.</summary>
    /// <param name="id">The run.</param>
    /// <param name="path">The artifact.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A forward-only stream, which the caller disposes. Reading the end of altered content throws a <see cref="LifecycleException"/>.</returns>
    /// <exception cref="ArgumentException">The path breaks a rule.</exception>
    /// <exception cref="LifecycleNotFoundException">The store has no such run or artifact.</exception>
    public async Task<Stream> OpenArtifactAsync(RunId id, string path, CancellationToken cancellationToken = default)
    {
        var place = ArtifactPath.Parse(path);
        await _tracker.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        return await _tracker.Store.OpenArtifactAsync(id, place, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Copies an artifact into a file, which appears only when it is complete and right.</summary>
    /// <param name="id">The run.</param>
    /// <param name="path">The artifact.</param>
    /// <param name="filePath">The file; replaced if there is one, its folder is created.</param>
    /// <param name="cancellationToken">Gives up; then there is no file.</param>
    /// <returns>When the file is there.</returns>
    /// <exception cref="ArgumentException">A path breaks a rule.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="LifecycleNotFoundException">The store has no such run or artifact.</exception>
    /// <exception cref="LifecycleException">The content in the store was altered.</exception>
    public async Task DownloadArtifactAsync(RunId id, string path, string filePath, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(filePath);
        var target = Path.GetFullPath(filePath);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var temporary = $"{target}.{Guid.NewGuid():N}.part";
        try
        {
            var content = await OpenArtifactAsync(id, path, cancellationToken).ConfigureAwait(false);
            await using (content.ConfigureAwait(false))
            {
                var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous);
                await using (file.ConfigureAwait(false)) await content.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
            }

            File.Move(temporary, target, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
