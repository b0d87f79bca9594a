using System.Collections.Concurrent;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Server;

/// <summary>The writers of the runs that are logged to through this server; those that are idle are forgotten when there are many.</summary>
internal sealed class RunWriters(TrackingStore store)
{
    private const int MaxWriters = 4_096;
    private readonly ConcurrentDictionary<RunId, RunWriter> _writers = new();

    /// <summary>Logs to a run. When it has returned, the store has it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="entry">What to log; the caller keeps its memory until the task completes.</param>
    /// <returns>Why it was refused as a whole; empty if it was not.</returns>
    public Task<IReadOnlyList<string>> LogAsync(RunId run, RunEntry entry)
    {
        if (_writers.Count > MaxWriters) Forget();
        while (true)
        {
            var writer = _writers.GetOrAdd(run, static (id, store) => new RunWriter(id, store), store);
            if (writer.TryLog(entry)) return entry.Done;
            _writers.TryRemove(new(run, writer));
        }
    }

    private void Forget()
    {
        foreach (var (run, writer) in _writers)
        {
            if (writer.TryRetire()) _writers.TryRemove(new(run, writer));
        }
    }
}
