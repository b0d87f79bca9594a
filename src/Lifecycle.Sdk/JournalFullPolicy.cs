namespace Lifecycle.Sdk;

/// <summary>What logging a point does when the journals have reached their limit on the local disk.</summary>
public enum JournalFullPolicy
{
    /// <summary>Wait until the store has taken enough, or the run or tracker is disposed. The default: a training curve is data.</summary>
    Wait = 0,

    /// <summary>Drop the point and count it.</summary>
    Drop = 1,
}
