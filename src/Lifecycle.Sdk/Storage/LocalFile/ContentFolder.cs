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
        if (IsThere(target, content.Size))
        {
            // Wanted again: garbage collection is to see it as new.
            File.SetLastWriteTimeUtc(target, time.GetUtcNow().UtcDateTime);
            return;
        }

        files.CreateDirectory(Path.GetDirectoryName(target)!);
        await RequireDigestAsync(content, cancellationToken).ConfigureAwait(false);
        var temporary = StoreFiles.TemporaryName(target);
        await MoveOrCopyAsync(content, temporary, cancellationToken).ConfigureAwait(false);
        File.SetLastWriteTimeUtc(temporary, time.GetUtcNow().UtcDateTime);
        files.BeforeChange?.Invoke("sync", temporary);
        using (var file = File.OpenHandle(temporary, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete)) RandomAccess.FlushToDisk(file);
        File.SetAttributes(temporary, FileAttributes.ReadOnly);
        if (File.Exists(target)) files.TryDelete(target);
        files.Rename(temporary, target);
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

    private static bool IsThere(string path, long size)
    {
        var file = new FileInfo(path);
        return file.Exists && file.LinkTarget is null && file.Length == size;
    }

    private static async ValueTask RequireDigestAsync(StagedContent content, CancellationToken cancellationToken)
    {
        var file = new FileStream(content.FilePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferLength, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using (file.ConfigureAwait(false))
        {
            var digest = ContentDigest.FromHash(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
            if (digest != content.Digest || file.Length != content.Size)
                throw new LifecycleException($"The file '{content.FilePath}' has the SHA-256 {digest} and {file.Length} bytes, not {content.Digest} and {content.Size}.");
        }
    }

    private async ValueTask MoveOrCopyAsync(StagedContent content, string temporary, CancellationToken cancellationToken)
    {
        files.BeforeChange?.Invoke("move", temporary);
        try
        {
            // A rename; across volumes .NET copies and deletes.
            File.Move(content.FilePath, temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && File.Exists(content.FilePath) && !File.Exists(temporary))
        {
            var source = File.OpenRead(content.FilePath);
            await using (source.ConfigureAwait(false))
            {
                var target = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
                await using (target.ConfigureAwait(false)) await source.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
