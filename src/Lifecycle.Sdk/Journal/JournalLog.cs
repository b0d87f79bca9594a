using Microsoft.Extensions.Logging;

namespace Lifecycle.Sdk.Journal;

/// <summary>What the journal tells the log. Event ids are stable.</summary>
internal static partial class JournalLog
{
    [LoggerMessage(1001, LogLevel.Warning, "Run {Run}: something was logged after the end; it and all that follows is refused and counted.")]
    public static partial void LoggedAfterEnd(this ILogger logger, RunId run);

    [LoggerMessage(1002, LogLevel.Error, "Run {Run}: the journal in {Folder} is ill. {Failure}")]
    public static partial void JournalIll(this ILogger logger, RunId run, string folder, string failure);

    [LoggerMessage(1003, LogLevel.Warning, "Run {Run}: no room for more points in {Directory} ({Used} of {MaxBytes} bytes). Policy: {Policy}.")]
    public static partial void JournalFull(this ILogger logger, RunId run, string directory, long used, long maxBytes, JournalFullPolicy policy);

    [LoggerMessage(1004, LogLevel.Warning, "Run {Run}: {Store} did not take a batch ({Failure}). All of it is kept in {Folder}; next try in {Delay}.")]
    public static partial void DeliveryFailed(
        this ILogger logger, Exception exception, RunId run, string store, string failure, string folder, TimeSpan delay);

    [LoggerMessage(1005, LogLevel.Warning, "Run {Run}: not stored, because it contradicts the store: {Conflict}")]
    public static partial void Conflict(this ILogger logger, RunId run, string conflict);

    [LoggerMessage(1006, LogLevel.Error, "Run {Run}: {Count} damaged places in {Folder} were skipped; everything else is delivered.")]
    public static partial void SkippedDamage(this ILogger logger, RunId run, long count, string folder);

    [LoggerMessage(1007, LogLevel.Error, "Run {Run}: an artifact with the content {Digest} is lost: {File} is gone and the store does not have it.")]
    public static partial void ContentLost(this ILogger logger, RunId run, ContentDigest digest, string file);

    [LoggerMessage(1008, LogLevel.Information, "Run {Run}: the journal of a process that is gone was delivered from {Folder}: {Points} points.")]
    public static partial void Recovered(this ILogger logger, RunId run, string folder, long points);

    [LoggerMessage(1009, LogLevel.Error, "The journal {Folder} can't be recovered now; it is left as it is. {Failure}")]
    public static partial void RecoveryFailed(this ILogger logger, string folder, string failure);

    [LoggerMessage(1010, LogLevel.Error, "The journal {Folder} was written by a newer version (format {Version}); it is left as it is.")]
    public static partial void NewerFormat(this ILogger logger, string folder, byte version);

    [LoggerMessage(1011, LogLevel.Critical, "The journal pump met an error that it does not know; it goes on. Nothing that was logged is lost.")]
    public static partial void PumpError(this ILogger logger, Exception exception);

    [LoggerMessage(1012, LogLevel.Warning, "Run {Run}: {Folder} is not delivered yet; the next tracker on this store goes on with it.")]
    public static partial void LeftBehind(this ILogger logger, RunId run, string folder);

    [LoggerMessage(1013, LogLevel.Warning, "The journal folder {Folder} can't be removed: {Failure}. A later tracker will.")]
    public static partial void FolderStays(this ILogger logger, string folder, string failure);
}
