using Lifecycle.Sdk.Journal;

namespace Lifecycle.Sdk;

/// <summary>
/// A handle to one series of a run: the fastest way to log. A call costs about one clock read, allocates nothing, takes no lock and
/// never waits for a store; when it has returned, the point survives the death of the process. Calls never throw: after the run has
/// ended they are ignored and counted in <see cref="RunHealth.Refused"/>. Safe to use from many threads.
/// </summary>
public sealed class Metric
{
    private readonly RunJournal _journal;
    private readonly int _series;
    private long _nextStep;

    internal Metric(RunJournal journal, string key, long firstStep)
    {
        _journal = journal;
        _series = journal.DeclareSeries(key);
        _nextStep = firstStep;
        Key = key;
    }

    /// <summary>The series in canonical text; see <see cref="MetricKey"/>.</summary>
    public string Key { get; }

    /// <summary>
    /// Logs a value at the next automatic step: 0, 1, 2, … for each call of this overload, from all threads together; after a
    /// resume from the step resumed from. Steps given to the other overload do not move it.
    /// </summary>
    /// <param name="value">Any double; NaN and infinities are kept.</param>
    public void Log(double value) => _journal.Log(_series, Interlocked.Increment(ref _nextStep) - 1, value);

    /// <summary>Logs a value at a step.</summary>
    /// <param name="value">Any double; NaN and infinities are kept.</param>
    /// <param name="step">Any step; steps may come in any order and repeat.</param>
    public void Log(double value, long step) => _journal.Log(_series, step, value);

    /// <summary>Logs a value at a step with a time of its own, for data that was measured elsewhere or before.</summary>
    /// <param name="value">Any double; NaN and infinities are kept.</param>
    /// <param name="step">Any step.</param>
    /// <param name="time">When it was measured; kept to the millisecond.</param>
    public void Log(double value, long step, DateTimeOffset time) => _journal.Log(_series, step, value, time.ToUnixTimeMilliseconds());
}
