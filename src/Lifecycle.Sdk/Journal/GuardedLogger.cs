using Microsoft.Extensions.Logging;

namespace Lifecycle.Sdk.Journal;

/// <summary>The user's logger, which must neither end the process on a background thread nor throw out of a call that never throws.</summary>
internal sealed class GuardedLogger(ILogger logger) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => Try(() => logger.BeginScope(state), null);

    public bool IsEnabled(LogLevel logLevel) => Try(() => logger.IsEnabled(logLevel), false);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Try(() => { logger.Log(logLevel, eventId, state, exception, formatter); return true; }, false);

    private static T Try<T>(Func<T> action, T otherwise)
    {
        try
        {
            return action();
        }
#pragma warning disable CA1031 // There is nobody left to tell.
        catch (Exception)
#pragma warning restore CA1031
        {
            return otherwise;
        }
    }
}
