using Microsoft.Extensions.Logging;

namespace Lifecycle.Sdk;

/// <summary>What the root logs. Event ids 1 to 99; the journal has ids of its own.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Reading {Store} without what is still in the journals: the store can't take it now.")]
    public static partial void ReadingWithoutBacklog(ILogger logger, string store, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "Run {Run} could not be delivered to {Store} in time. It is kept in the journal and will be delivered by the next tracker on this store.")]
    public static partial void RunLeftInJournal(ILogger logger, RunId run, string store, Exception exception);

    [LoggerMessage(3, LogLevel.Debug, "Could not capture {What} of run {Run}.")]
    public static partial void CaptureFailed(ILogger logger, string what, RunId run, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "The tracker of {Store} was not drained before the host stopped. What is left is kept in the journal.")]
    public static partial void HostStoppedBeforeDrained(ILogger logger, string store, Exception exception);

    [LoggerMessage(5, LogLevel.Warning, "Reading {Store} without what is still in the journals: it has taken nothing for {Seconds} s, and {Points} points wait.")]
    public static partial void ReadingBeforeBacklog(ILogger logger, string store, double seconds, long points);
}
