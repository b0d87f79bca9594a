using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

public sealed partial class Run
{
    private readonly bool _joined;
    private readonly Lock _ending = new();
    private bool _ended;
    private Task? _disposal;

    /// <summary>
    /// Marks the run as finished. Its end is on the disk when this returns; logging after it is ignored and counted. For a run that was joined,
    /// it ends this process's part only. Calling it again, or after <see cref="Fail(Exception)"/>, does nothing.
    /// </summary>
    public void Complete() => End(RunStatus.Finished, null);

    /// <summary>Marks the run as failed. Calling it again, or after <see cref="Complete"/>, does nothing.</summary>
    /// <param name="exception">What happened; type, message and stack trace are kept.</param>
    public void Fail(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        End(RunStatus.Failed, exception.ToString());
    }

    /// <summary>Marks the run as failed.</summary>
    /// <param name="reason">Why, in words.</param>
    public void Fail(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        End(RunStatus.Failed, reason);
    }

    /// <summary>Marks the run as stopped on purpose. Calling it after the run has ended does nothing.</summary>
    /// <param name="reason">Why, in words; null if not known.</param>
    public void Kill(string? reason = null) => End(RunStatus.Killed, reason);

    /// <summary>
    /// Ends the run, as failed unless <see cref="Complete"/> was called, and waits until the store has everything, but no longer than
    /// <see cref="TrackerOptions.ShutdownTimeout"/> or three refusals of the store: the tracker goes on trying until it is disposed, and the rest stays in the
    /// journal for the next one. Never throws because of a store.
    /// </summary>
    /// <returns>When the run is closed.</returns>
    public ValueTask DisposeAsync()
    {
        End(RunStatus.Failed, "The run was disposed without Complete().");
        lock (_ending) return new ValueTask(_disposal ??= _tracker.CloseAsync(this, _journal));
    }

    /// <summary>The same as <see cref="DisposeAsync"/>, blocking.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    // The first end wins, and who comes second finds it done. Captures are stopped before, so that what they still hold belongs to the run.
    private void End(RunStatus status, string? error)
    {
        lock (_ending)
        {
            if (_ended) return;
            Volatile.Write(ref _ended, true);
            try
            {
                _capture?.Dispose();
                _logs?.Dispose();
            }
            finally
            {
                var shortened = error is { Length: > NameRules.MaxTextLength } ? error[..NameRules.MaxTextLength] : error;
                _journal.End(_joined ? null : new RunStatusChanged(status, _tracker.TimeProvider.GetUtcNow(), shortened));
            }
        }
    }
}
