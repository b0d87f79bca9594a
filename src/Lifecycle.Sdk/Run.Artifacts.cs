using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lifecycle.Sdk.Capture;
using Lifecycle.Sdk.Journal;
using Lifecycle.Sdk.Storage;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Sdk;

public sealed partial class Run
{
    private TextParts? _logs;

    /// <summary>Logs a file as an artifact. It is copied and hashed as a stream, in constant memory; the original stays.</summary>
    /// <param name="filePath">The file.</param>
    /// <param name="path">Its place in the run, see <see cref="ArtifactPath"/>; the file's name if null.</param>
    /// <param name="cancellationToken">Gives up; then nothing is logged.</param>
    /// <returns>The artifact, which has survived the death of the process and reaches the store in the background.</returns>
    /// <exception cref="ArgumentException">The path breaks a rule.</exception>
    /// <exception cref="IOException">The file can't be read, or the journal's disk can't take a copy.</exception>
    /// <exception cref="InvalidOperationException">The run has ended.</exception>
    public async Task<ArtifactInfo> LogArtifactAsync(string filePath, string? path = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(filePath);
        var place = ArtifactPath.Parse(path ?? Path.GetFileName(filePath));
        var stream = new FileStream(filePath, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using (stream.ConfigureAwait(false))
        {
            return await StageAsync(stream, place, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Logs all files below a folder, in ordinal order. Symbolic links are not followed.</summary>
    /// <param name="folderPath">The folder.</param>
    /// <param name="path">The folder's place in the run; the run's root if null.</param>
    /// <param name="cancellationToken">Gives up; what was logged so far stays.</param>
    /// <returns>The artifacts.</returns>
    /// <exception cref="ArgumentException">A path breaks a rule; then nothing is logged.</exception>
    /// <exception cref="IOException">A file can't be read, or the journal's disk can't take a copy.</exception>
    /// <exception cref="InvalidOperationException">The run has ended.</exception>
    public async Task<IReadOnlyList<ArtifactInfo>> LogArtifactsAsync(
        string folderPath, string? path = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folderPath);
        var root = Path.GetFullPath(folderPath);
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        var files = Directory.EnumerateFiles(root, "*", options)
            .Select(file => (File: file, Place: ArtifactPath.Parse(PlaceOf(Path.GetRelativePath(root, file), path))))
            .OrderBy(entry => entry.Place.ToString(), StringComparer.Ordinal)
            .ToList();
        var logged = new List<ArtifactInfo>(files.Count);
        foreach (var (file, place) in files)
            logged.Add(await LogArtifactAsync(file, place.ToString(), cancellationToken).ConfigureAwait(false));
        return logged;
    }

    /// <summary>Logs what a stream holds from its present position on.</summary>
    /// <param name="content">The stream; it is not disposed.</param>
    /// <param name="path">The place in the run, see <see cref="ArtifactPath"/>.</param>
    /// <param name="cancellationToken">Gives up; then nothing is logged.</param>
    /// <returns>The artifact.</returns>
    /// <exception cref="ArgumentException">The path breaks a rule.</exception>
    /// <exception cref="IOException">The stream can't be read, or the journal's disk can't take a copy.</exception>
    /// <exception cref="InvalidOperationException">The run has ended.</exception>
    public Task<ArtifactInfo> LogArtifactAsync(Stream content, string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        return StageAsync(content, ArtifactPath.Parse(path), cancellationToken);
    }

    /// <summary>Logs a text as a UTF-8 file without a byte-order mark.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">The place in the run.</param>
    /// <param name="cancellationToken">Gives up; then nothing is logged.</param>
    /// <returns>The artifact.</returns>
    /// <exception cref="ArgumentException">The path breaks a rule.</exception>
    /// <exception cref="IOException">The journal's disk can't take it.</exception>
    /// <exception cref="InvalidOperationException">The run has ended.</exception>
    public Task<ArtifactInfo> LogTextAsync(string text, string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return StageAsync(new MemoryStream(Encoding.UTF8.GetBytes(text), writable: false), ArtifactPath.Parse(path), cancellationToken);
    }

    /// <summary>Logs an object as a JSON file.</summary>
    /// <typeparam name="T">The object's type.</typeparam>
    /// <param name="value">The object.</param>
    /// <param name="typeInfo">How it is serialised, from a <c>JsonSerializerContext</c>.</param>
    /// <param name="path">The place in the run.</param>
    /// <param name="cancellationToken">Gives up; then nothing is logged.</param>
    /// <returns>The artifact.</returns>
    /// <exception cref="ArgumentException">The path breaks a rule.</exception>
    /// <exception cref="IOException">The journal's disk can't take it.</exception>
    /// <exception cref="InvalidOperationException">The run has ended.</exception>
    public Task<ArtifactInfo> LogJsonAsync<T>(T value, JsonTypeInfo<T> typeInfo, string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        var place = ArtifactPath.Parse(path);
        return StageAsync(new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(value, typeInfo), writable: false), place, cancellationToken);
    }

    /// <summary>
    /// Makes a logger provider that writes messages into this run, as text artifacts below <c>logs/</c>, until the run ends. Add it to an
    /// <see cref="ILoggerFactory"/>.
    /// </summary>
    /// <param name="minimumLevel">The least level kept; information by default.</param>
    /// <returns>The provider, which the caller or the factory disposes.</returns>
    /// <exception cref="InvalidOperationException">The run has ended.</exception>
    public ILoggerProvider CreateLoggerProvider(LogLevel minimumLevel = LogLevel.Information)
    {
        ThrowIfEnded();
        // One for all providers of the run: its parts are numbered, and the run itself ends it, since factories do not dispose providers they are given.
        var logs = LazyInitializer.EnsureInitialized(ref _logs, () => new TextParts(this, "logs", _tracker.TimeProvider, _tracker.Logger));
        return new RunLoggerProvider(logs, minimumLevel, _tracker.TimeProvider);
    }

    /// <summary>The same as <see cref="LogTextAsync"/>, for captures, whose last part comes while the run is ending.</summary>
    internal Task LogCapturedAsync(string text, string path) =>
        StageNowAsync(new MemoryStream(Encoding.UTF8.GetBytes(text), writable: false), ArtifactPath.Parse(path), CancellationToken.None);

    private static string PlaceOf(string relative, string? path)
    {
        // A backslash is a legal file-name character on Unix, where it is no separator and ArtifactPath refuses it.
        var unified = relative.Replace(Path.DirectorySeparatorChar, '/');
        return path is null ? unified : $"{path}/{unified}";
    }

    private Task<ArtifactInfo> StageAsync(Stream content, ArtifactPath place, CancellationToken cancellationToken)
    {
        ThrowIfEnded();
        return StageNowAsync(content, place, cancellationToken);
    }

    private async Task<ArtifactInfo> StageNowAsync(Stream content, ArtifactPath place, CancellationToken cancellationToken)
    {
        var staged = await ContentStaging.StageAsync(content, _journal.StagingDirectory, cancellationToken).ConfigureAwait(false);
        var artifact = new ArtifactInfo(place, staged.Digest, staged.Size, _tracker.TimeProvider.GetUtcNow());
        try
        {
            if (_journal.Append(new ArtifactLogged(artifact), staged)) return artifact;
        }
        catch (IOException e)
        {
            File.Delete(staged.FilePath);
            throw new IOException($"The artifact '{place}' of run {Id} could not be recorded in the journal: {e.Message}", e);
        }

        File.Delete(staged.FilePath);
        throw Ended();
    }

    private void ThrowIfEnded()
    {
        if (Volatile.Read(ref _ended)) throw Ended();
    }

    private InvalidOperationException Ended() =>
        new($"Run {Id} has ended: artifacts can't be logged to it any more. Resume it with tracker.ResumeRunAsync.");
}
