using System.Security.Cryptography;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>Artifact contents, each once, under their digests.</summary>
internal sealed class ContentFolder(StoreLayout layout, StoreFiles files, TimeProvider time)
{
    private const int BufferLength = 128 * 1024;

    /// <summary>Takes a content in; see <see cref="TrackingStore.PutContentAsync"/>.</summary>
    public async ValueTask PutAsync(StagedContent content, CancellationToken cancellationToken)
    {
        var target = layout.Content(content.Digest);
        if (await TouchAsync(target, content.Size, cancellationToken).ConfigureAwait(false)) return;
        files.CreateDirectory(Path.GetDirectoryName(target)!);
        await RequireDigestAsync(content, cancellationToken).ConfigureAwait(false);
        var temporary = StoreFiles.TemporaryName(target);
        try
        {
            await LinkOrCopyAsync(content, temporary, cancellationToken).ConfigureAwait(false);
            files.BeforeChange?.Invoke("sync", temporary);
            using (var file = File.OpenHandle(temporary, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete)) RandomAccess.FlushToDisk(file);
            if (File.Exists(target)) files.TryDelete(target);
            files.Rename(temporary, target);
        }
        catch (Exception e) when (StoreFiles.IsOfTheDisk(e) || e is OperationCanceledException)
        {
            StoreFiles.DropFailed(temporary);
            throw;
        }

        // Only now: until the content had its name, the staged file was the only one that a retry would find.
        files.TryDelete(content.FilePath);
        File.SetAttributes(target, FileAttributes.ReadOnly);
    }

    /// <summary>Opens a content for reading; the stream checks size and digest at its end.</summary>
    /// <exception cref="LifecycleException">It is not there.</exception>
    public Stream Open(ArtifactInfo artifact)
    {
        var path = layout.Content(artifact.Digest);
        if (new FileInfo(path).LinkTarget is not null)
            throw new LifecycleException($"The content of artifact '{artifact.Path}' is a symbolic link, '{path}', which is not followed.") { Store = layout.Root };
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferLength, FileOptions.Asynchronous | FileOptions.SequentialScan);
            return new CheckedStream(file, artifact, layout.Root);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new LifecycleException($"The content of artifact '{artifact.Path}' is missing from the store: '{path}'.", e) { Store = layout.Root };
        }
    }

    /// <summary>Whether a content is there; then it is wanted again, and garbage collection, which holds the same lock while it looks and deletes, is to see it as new.</summary>
    private async ValueTask<bool> TouchAsync(string path, long size, CancellationToken cancellationToken)
    {
        if (!File.Exists(path)) return false;
        using var own = await FileLock.AcquireAsync(layout.StoreLock, cancellationToken).ConfigureAwait(false);
        var file = new FileInfo(path);
        if (!file.Exists || file.LinkTarget is not null || file.Length != size) return false;
        try
        {
            file.LastWriteTimeUtc = time.GetUtcNow().UtcDateTime;
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            // Another user's file in a shared store, whose time only he may set: a file of our own takes its place.
            return false;
        }
    }

    private async ValueTask RequireDigestAsync(StagedContent content, CancellationToken cancellationToken)
    {
        if (!File.Exists(content.FilePath))
            throw new LifecycleException($"The staged content '{content.FilePath}' is gone, and the store does not have it.") { Store = layout.Root };
        var file = new FileStream(content.FilePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferLength, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using (file.ConfigureAwait(false))
        {
            var digest = ContentDigest.FromHash(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
            if (digest != content.Digest || file.Length != content.Size)
                throw new LifecycleException($"The file '{content.FilePath}' has the SHA-256 {digest} and {file.Length} bytes, not {content.Digest} and {content.Size}.");
        }
    }

    /// <summary>Makes a second name for the staged file, or a copy where it is on another disk or the file system has no such names.</summary>
    private async ValueTask LinkOrCopyAsync(StagedContent content, string temporary, CancellationToken cancellationToken)
    {
        files.BeforeChange?.Invoke("link", temporary);
        if (!NativeFiles.TryCreateHardLink(content.FilePath, temporary))
        {
            var source = File.OpenRead(content.FilePath);
            await using (source.ConfigureAwait(false))
            {
                var target = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
                await using (target.ConfigureAwait(false)) await source.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
            }
        }

        // It may have been staged long ago: garbage collection is to see it as new.
        File.SetLastWriteTimeUtc(temporary, time.GetUtcNow().UtcDateTime);
    }
}
