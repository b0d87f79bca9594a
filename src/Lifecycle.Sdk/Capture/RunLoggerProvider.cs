using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Sdk.Capture;

/// <summary>Writes log messages into the run as artifacts below <c>logs/</c>.</summary>
internal sealed class RunLoggerProvider(TextParts parts, LogLevel minimumLevel, TimeProvider timeProvider) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new RunLogger(parts, minimumLevel, timeProvider, categoryName);

    // The lines belong to the run, which goes on; other providers may write them too.
    public void Dispose() { }

    private sealed class RunLogger(TextParts parts, LogLevel minimumLevel, TimeProvider timeProvider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= minimumLevel && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            var time = timeProvider.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
            var error = exception is null ? "" : $"\n{exception}";
            parts.Write($"{time} {logLevel} {category}[{eventId.Id.ToString(CultureInfo.InvariantCulture)}] {formatter(state, exception)}{error}\n");
        }
    }
}
