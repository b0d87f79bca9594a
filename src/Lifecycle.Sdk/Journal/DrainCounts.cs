namespace Lifecycle.Sdk.Journal;

/// <summary>What the pump tells of a journal. Written by the pump, read by anyone.</summary>
internal sealed class DrainCounts
{
    private long _delivered;
    private long _unreadable;
    private string? _failure;

    public long Delivered
    {
        get => Volatile.Read(ref _delivered);
        set => Volatile.Write(ref _delivered, value);
    }

    public long Unreadable
    {
        get => Volatile.Read(ref _unreadable);
        set => Volatile.Write(ref _unreadable, value);
    }

    /// <summary>Why the last delivery failed; null if it did not.</summary>
    public string? Failure
    {
        get => Volatile.Read(ref _failure);
        set => Volatile.Write(ref _failure, value);
    }
}
