using Lifecycle.Sdk.Journal;
using Lifecycle.Sdk.Storage;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Sdk.Tests.Journal;

/// <summary>A journal directory of its own, with a pump into a recording store.</summary>
internal sealed class JournalLab : IAsyncDisposable
{
    private readonly List<JournalPump> _pumps = [];

    public JournalLab(RecordingStore? store = null, Func<JournalSettings, JournalSettings>? configure = null)
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("journal-").FullName;
        Store = store ?? new RecordingStore();
        var settings = new JournalSettings { Directory = Directory, DrainInterval = TimeSpan.FromMilliseconds(20) };
        Settings = configure is null ? settings : configure(settings);
        Pump = NewPump();
    }

    public string Directory { get; }

    public RecordingStore Store { get; }

    public JournalSettings Settings { get; }

    public JournalPump Pump { get; }

    public LogLines Lines { get; } = new();

    public static RunStarted Started(string name = "run") =>
        new("1", "Default", name, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), null, "me");

    public static RunStatusChanged Finished { get; } = new(RunStatus.Finished, new DateTimeOffset(2026, 1, 2, 4, 0, 0, TimeSpan.Zero), null);

    public JournalPump NewPump(string? directory = null, RecordingStore? store = null)
    {
        var pump = new JournalPump(store ?? Store, Settings with { Directory = directory ?? Directory }, Lines);
        _pumps.Add(pump);
        return pump;
    }

    public RunJournal Open(RunId? run = null, long attempt = 1) => Pump.Open(run ?? RunId.New(), attempt, [Started()]);

    /// <summary>What a crash at this moment would leave behind: a copy of all journals, without the owners' locks.</summary>
    public string Crash()
    {
        var target = System.IO.Directory.CreateTempSubdirectory("journal-crash-").FullName;
        foreach (var file in System.IO.Directory.EnumerateFiles(Directory, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file) is "owner" || file.EndsWith(".tmp", StringComparison.Ordinal)) continue;
            var copy = Path.Combine(target, Path.GetRelativePath(Directory, file));
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return target;
    }

    /// <summary>Recovers a directory into a store and returns when all of it was tried.</summary>
    public async Task RecoverAsync(string directory, RecordingStore store)
    {
        var pump = NewPump(directory, store);
        pump.Start();
        await pump.Recovered;
        await pump.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        // Stores that were down for the test take the rest, for which leaving would wait.
        Store.BeforeApply = null;
        foreach (var pump in _pumps) await pump.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    internal sealed class LogLines : ILogger
    {
        private readonly Lock _lock = new();
        private readonly List<(LogLevel Level, int Id, string Text)> _lines = [];

        public IReadOnlyList<(LogLevel Level, int Id, string Text)> All
        {
            get
            {
                lock (_lock) return [.. _lines];
            }
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lock) _lines.Add((logLevel, eventId.Id, formatter(state, exception)));
        }
    }
}
