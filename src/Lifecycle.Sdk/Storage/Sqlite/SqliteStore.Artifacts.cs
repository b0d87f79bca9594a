using System.Security.Cryptography;

namespace Lifecycle.Sdk.Storage.Sqlite;

/// <content>Artifacts and their contents.</content>
internal sealed partial class SqliteStore
{
    /// <summary>The length of a chunk row; the last one of a content may be shorter.</summary>
    internal const int ChunkLength = 1 << 20;

    /// <inheritdoc/>
    public override async ValueTask PutContentAsync(StagedContent content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (await WriteAsync(database => Touch(database, content.Digest), cancellationToken).ConfigureAwait(false)) return;
        var key = RandomNumberGenerator.GetInt32(int.MaxValue) * (long)int.MaxValue + RandomNumberGenerator.GetInt32(int.MaxValue) + 1;
        try
        {
            await UploadAsync(content, key, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await TryAbandonAsync(key).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<ArtifactInfo>> ListArtifactsAsync(RunId run, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IReadOnlyList<ArtifactInfo>>(Read(
            database =>
            {
                var artifacts = new List<ArtifactInfo>();
                using var query = database.Prepare("SELECT path, digest, size, logged_ms FROM artifacts WHERE run_key = ?1");
                query.Bind(1, FindRunKey(database, run) ?? throw NoSuchRun(run));
                while (query.Step())
                {
                    if (ReadArtifact(query) is { } artifact) artifacts.Add(artifact);
                }

                artifacts.Sort((a, b) => string.CompareOrdinal(a.Path.ToString(), b.Path.ToString()));
                return artifacts;
            },
            cancellationToken));

    /// <inheritdoc/>
    public override ValueTask<Stream> OpenArtifactAsync(RunId run, ArtifactPath path, CancellationToken cancellationToken = default)
    {
        var (artifact, key, size) = Read(database => FindContent(database, run, path), cancellationToken);
        if (key is not { } content)
            throw new LifecycleException($"The content of artifact '{path}' of run '{run}' is missing in '{Address}'.")
            {
                Store = Address,
                Run = run
            };
        return ValueTask.FromResult<Stream>(new ContentStream(
            artifact, size, (index, used) => Read(database => ReadChunk(database, content, index, used), CancellationToken.None), what =>
                Damaged(what, run)));
    }

    private static ArtifactInfo? ReadArtifact(SqliteStatement row) =>
        ArtifactPath.TryParse(row.Text(0), out var path) && IsDigest(row.Text(1)) && RunLoader.TimeOf(row.Int64(3)) is { } time
            ? new ArtifactInfo(path, ContentDigest.Parse(row.Text(1)), row.Int64(2), time)
            : null;

    private static bool IsDigest(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigit);

    private (ArtifactInfo Artifact, long? Key, long Size) FindContent(SqliteDatabase database, RunId run, ArtifactPath path)
    {
        var runKey = FindRunKey(database, run) ?? throw NoSuchRun(run);
        using var query = database.Prepare(
            """
            SELECT a.path, a.digest, a.size, a.logged_ms, c.content_key, c.size
            FROM artifacts a LEFT JOIN contents c ON c.digest = a.digest WHERE a.run_key = ?1 AND a.path = ?2
            """);
        if (!query.Bind(1, runKey).Bind(2, path.ToString()).Step())
            throw new LifecycleNotFoundException($"Run '{run}' has no artifact '{path}' in '{Address}'.") { Store = Address, Run = run };
        var artifact = ReadArtifact(query) ?? throw Damaged($"The entry of artifact '{path}'", run);
        return (artifact, query.NullableInt64(4), query.Int64(5));
    }

    /// <summary>Reads a chunk, into the memory of the one before if that has its length, as all but the last have.</summary>
    private static byte[]? ReadChunk(SqliteDatabase database, long content, long index, byte[] used)
    {
        using var query = database.Prepare("SELECT data FROM content_chunks WHERE content_key = ?1 AND chunk_index = ?2");
        if (!query.Bind(1, content).Bind(2, index).Step()) return null;
        var data = query.Blob(0);
        if (data.Length != used.Length) return data.ToArray();
        data.CopyTo(used);
        return used;
    }

    /// <summary>Tells the garbage collection that somebody is about to refer to a content.</summary>
    /// <returns>Whether it is there.</returns>
    private bool Touch(SqliteDatabase database, ContentDigest digest)
    {
        const string where = "digest = ?1";
        using (var unseal = database.Prepare(SqliteSchema.Contents.Unseal(where))) unseal.Bind(1, digest.ToString()).Run();
        bool isThere;
        using (var update = database.Prepare("UPDATE contents SET touched_ms = max(touched_ms, ?2) WHERE digest = ?1"))
        {
            update.Bind(1, digest.ToString()).Bind(2, NowMilliseconds()).Run();
            isThere = database.Changes > 0;
        }

        using var seal = database.Prepare(SqliteSchema.Contents.Seal(where));
        seal.Bind(1, digest.ToString()).Run();
        return isThere;
    }

    private async ValueTask UploadAsync(StagedContent content, long key, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunk = new byte[(int)Math.Min(ChunkLength, Math.Max(content.Size, 1))];
        var file = OpenStaged(content);
        await using var closing = file.ConfigureAwait(false);
        var (size, chunks) = (0L, 0L);
        while (await file.ReadAtLeastAsync(chunk, chunk.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)
            is > 0 and var length)
        {
            hash.AppendData(chunk, 0, length);
            var index = chunks;
            await WriteAsync(database => AddChunk(database, key, index, chunk.AsSpan(0, length)), cancellationToken).ConfigureAwait(false);
            size += length;
            chunks++;
        }

        var digest = ContentDigest.FromHash(hash.GetHashAndReset());
        if (digest != content.Digest || size != content.Size)
        {
            throw new LifecycleException(
                $"The file '{content.FilePath}' has {size} bytes with SHA-256 {digest}, not the {content.Size} bytes with "
                    + $"{content.Digest} that were announced.")
            {
                Store = Address,
            };
        }

        await WriteAsync(database => Publish(database, content, key, chunks), cancellationToken).ConfigureAwait(false);
    }

    private FileStream OpenStaged(StagedContent content)
    {
        try
        {
            var options = new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan, BufferSize = 0 };
            return new FileStream(content.FilePath, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LifecycleException($"The staged content '{content.FilePath}' can't be read: {e.Message}", e) { Store = Address };
        }
    }

    private bool AddChunk(SqliteDatabase database, long key, long index, ReadOnlySpan<byte> data)
    {
        using (var touch = database.Prepare(
            index == 0 ? "INSERT INTO uploads (content_key, touched_ms) VALUES (?1, ?2)"
                : "UPDATE uploads SET touched_ms = ?2 WHERE content_key = ?1"))
        {
            touch.Bind(1, key).Bind(2, NowMilliseconds()).Run();
            if (database.Changes == 0)
                throw new LifecycleException($"An upload into '{Address}' stood still for so long that it was taken for dead.")
                {
                    Store =
                    Address,
                    IsTransient = true
                };
        }

        using var insert = database.Prepare("INSERT INTO content_chunks (content_key, chunk_index, data) VALUES (?1, ?2, ?3)");
        insert.Bind(1, key).Bind(2, index).Bind(3, data).Run();
        return true;
    }

    /// <summary>Makes the content visible. If another upload of the same was faster, this one is removed.</summary>
    private bool Publish(SqliteDatabase database, StagedContent content, long key, long chunks)
    {
        using (var insert = database.Prepare(SqliteSchema.Contents.InsertIfNew))
            insert.Bind(1, key).Bind(2, content.Digest.ToString()).Bind(3, content.Size).Bind(4, chunks).Bind(5, NowMilliseconds()).Run();
        if (database.Changes == 0) DeleteChunks(database, key);
        EndUpload(database, key);
        return true;
    }

    private static void DeleteChunks(SqliteDatabase database, long key)
    {
        using var delete = database.Prepare("DELETE FROM content_chunks WHERE content_key = ?1");
        delete.Bind(1, key).Run();
    }

    private static void EndUpload(SqliteDatabase database, long key)
    {
        using var delete = database.Prepare("DELETE FROM uploads WHERE content_key = ?1");
        delete.Bind(1, key).Run();
    }

    private async ValueTask TryAbandonAsync(long key)
    {
        try
        {
            await WriteAsync(
                database =>
                {
                    DeleteChunks(database, key);
                    EndUpload(database, key);
                    return true;
                },
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LifecycleException or ObjectDisposedException)
        {
            // The failure that led here is thrown; what is left of the upload is garbage that the collection finds.
        }
    }
}
