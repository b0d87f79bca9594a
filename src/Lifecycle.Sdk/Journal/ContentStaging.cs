using System.Buffers;
using System.Security.Cryptography;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Journal;

/// <summary>Copies content into a journal's staging folder, hashing it on the way, in constant memory.</summary>
internal static class ContentStaging
{
    private const int BufferSize = 1 << 20;

    /// <summary>Writes the content to a file of its own and syncs it: an artifact entry must never survive a power loss that its content did not.</summary>
    public static async Task<StagedContent> StageAsync(Stream content, string stagingDirectory, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(stagingDirectory);
        var path = Path.Combine(stagingDirectory, Guid.NewGuid().ToString("N"));
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long size = 0;
            var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous);
            await using (file.ConfigureAwait(false))
            {
                int read;
                while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                {
                    hash.AppendData(buffer, 0, read);
                    await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                    size += read;
                }

                file.Flush(flushToDisk: true);
            }

            return new StagedContent(ContentDigest.FromHash(hash.GetHashAndReset()), size, path);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
