namespace Lifecycle.Sdk.Journal;

/// <summary>What a disk says when it is full, gone, read-only, no longer ours (a network ticket that ran out), or when a file has become too large for it.</summary>
internal static class DiskFailure
{
    public static bool Is(Exception exception) => exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException;
}
