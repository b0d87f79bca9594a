using System.Security.Cryptography;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>
/// Contents that wait for the fact that says where they belong: the protocol has no place for a content without a run and a path. They are second names of the
/// caller's files, or copies where that is not possible; the caller keeps its own file until the fact is applied, so a crash loses nothing. Thread-safe.
/// </summary>
internal sealed class ContentCopies(string root) : IDisposable
{
    private const string LockName = "lock";
    private const string Refused = "refused";
    private readonly Lock _gate = new();
    private readonly Dictionary<ContentDigest, HashSet<string>> _owners = [];
    private string? _folder;
    private FileStream? _lock;

    /// <summary>Takes a content in.</summary>
    /// <exception cref="LifecycleException">The file is not what it should be, or can't be copied.</exception>
    public async ValueTask AddAsync(StagedContent content, string store, CancellationToken cancellationToken)
    {
        try
        {
            var path = PathOf(content.Digest);
            if (!IsThere(path, content.Size))
            {
                await RequireDigestAsync(content, store, cancellationToken).ConfigureAwait(false);
                await CopyAsync(content.FilePath, path, cancellationToken).ConfigureAwait(false);
            }

            lock (_gate)
            {
                if (!_owners.TryGetValue(content.Digest, out var owners)) _owners.Add(content.Digest, owners = new(StringComparer.Ordinal));
                owners.Add(content.FilePath);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var isGone = e is FileNotFoundException or DirectoryNotFoundException;
            throw new LifecycleException($"The content {content.Digest} can't be kept for {store} until its artifact is logged: {e.Message}", e) { Store = store, IsTransient = !isGone && e is IOException };
        }
    }

    /// <summary>The file of a content; null if it was not taken in.</summary>
    public string? Find(ContentDigest digest)
    {
        lock (_gate) return _owners.ContainsKey(digest) ? Path.Combine(_folder!, digest.ToString()) : null;
    }

    /// <summary>Keeps a content that the server refuses as an artifact where a person finds it: below <c>refused</c>, beside the contents that wait.</summary>
    /// <returns>The file; null if the content was not taken in.</returns>
    /// <exception cref="LifecycleException">It can't be kept.</exception>
    public async ValueTask<string?> KeepRefusedAsync(ContentDigest digest, RunId run, string path, string store, CancellationToken cancellationToken) =>
        Find(digest) is { } file ? await KeepRefusedAsync(run, path, store, kept => CopyAsync(file, kept, cancellationToken)).ConfigureAwait(false) : null;

    /// <summary>The same for a content that was made here.</summary>
    public ValueTask<string> KeepRefusedAsync(byte[] content, RunId run, string path, string store, CancellationToken cancellationToken) =>
        KeepRefusedAsync(run, path, store, kept => new ValueTask(File.WriteAllBytesAsync(kept, content, cancellationToken)));

    /// <summary>Lets go of a content for one artifact that has it now.</summary>
    public void Release(ContentDigest digest)
    {
        lock (_gate)
        {
            if (!_owners.TryGetValue(digest, out var owners)) return;
            owners.Remove(owners.First());
            if (owners.Count > 0) return;
            _owners.Remove(digest);
            File.Delete(Path.Combine(_folder!, digest.ToString()));
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _lock?.Dispose();
            if (_folder is not null) TryDelete(_folder);
        }
    }

    private async ValueTask<string> KeepRefusedAsync(RunId run, string path, string store, Func<string, ValueTask> write)
    {
        var kept = Path.Combine([Path.GetDirectoryName(root)!, Refused, run.ToString(), .. path.Split('/')]);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
            File.Delete(kept); // Of a delivery that was cut off.
            await write(kept).ConfigureAwait(false);
            return kept;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LifecycleException($"The artifact '{path}', which {store} refuses, can't be kept in '{kept}': {e.Message}", e) { Store = store, Run = run, IsTransient = e is IOException };
        }
    }

    private static async ValueTask RequireDigestAsync(StagedContent content, string store, CancellationToken cancellationToken)
    {
        var file = new FileStream(content.FilePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using (file.ConfigureAwait(false))
        {
            var digest = ContentDigest.FromHash(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
            if (digest == content.Digest && file.Length == content.Size) return;
            throw new LifecycleException($"The file '{content.FilePath}' has {file.Length} bytes with SHA-256 {digest}, not {content.Size} with {content.Digest}: it was changed after it was logged.") { Store = store };
        }
    }

    private static async ValueTask CopyAsync(string file, string path, CancellationToken cancellationToken)
    {
        if (NativeFiles.TryCreateHardLink(file, path)) return;
        var temporary = $"{path}.{Guid.NewGuid():N}";
        var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using (from.ConfigureAwait(false))
        {
            var to = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous);
            await using (to.ConfigureAwait(false))
            {
                await from.CopyToAsync(to, 1 << 20, cancellationToken).ConfigureAwait(false);
                to.Flush(flushToDisk: true);
            }
        }

        File.Move(temporary, path, overwrite: true);
    }

    private static bool IsThere(string path, long size) => new FileInfo(path) is { Exists: true } file && file.Length == size;

    private string PathOf(ContentDigest digest)
    {
        lock (_gate)
        {
            if (_folder is null)
            {
                Directory.CreateDirectory(root);
                foreach (var left in Directory.EnumerateDirectories(root)) Sweep(left);
                var folder = Path.Combine(root, Guid.NewGuid().ToString("N"));
                Directory.CreateDirectory(folder);
                _lock = new FileStream(Path.Combine(folder, LockName), FileMode.CreateNew, FileAccess.Write, FileShare.None);
                _folder = folder;
            }

            return Path.Combine(_folder, digest.ToString());
        }
    }

    /// <summary>Removes what a process left that has died: its lock can be taken.</summary>
    private static void Sweep(string folder)
    {
        try
        {
            using (new FileStream(Path.Combine(folder, LockName), FileMode.Open, FileAccess.Write, FileShare.None))
            {
            }

            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its owner lives, or another process is sweeping.
        }
    }

    private static void TryDelete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next one sweeps it.
        }
    }
}
