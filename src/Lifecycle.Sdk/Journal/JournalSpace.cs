namespace Lifecycle.Sdk.Journal;

/// <summary>Counts the disk that a tracker's segments take, and lets threads wait for some to become free.</summary>
internal sealed class JournalSpace(long maxBytes)
{
    private readonly object _gate = new();
    private long _used;
    private long _version;

    public long Used => Volatile.Read(ref _used);

    /// <summary>Changes whenever it may pay to try again.</summary>
    public long Version => Volatile.Read(ref _version);

    public bool TryReserve(long bytes)
    {
        lock (_gate)
        {
            if (bytes > maxBytes - _used) return false;
            _used += bytes;
            return true;
        }
    }

    /// <summary>Takes space beyond the limit.</summary>
    public void Reserve(long bytes)
    {
        lock (_gate) _used += bytes;
    }

    public void Release(long bytes)
    {
        lock (_gate) _used -= bytes;
        Pulse();
    }

    /// <summary>Lets those who wait look again.</summary>
    public void Pulse()
    {
        lock (_gate)
        {
            Volatile.Write(ref _version, _version + 1);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits until the version is another one.</summary>
    public void WaitPast(long version)
    {
        lock (_gate)
        {
            while (_version == version) Monitor.Wait(_gate);
        }
    }
}
