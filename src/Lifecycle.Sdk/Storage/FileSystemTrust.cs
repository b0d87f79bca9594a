namespace Lifecycle.Sdk.Storage;

/// <summary>What a file system may be trusted with.</summary>
internal enum FileSystemTrust
{
    /// <summary>Preallocated blocks stay: mapped writes can't run out of space.</summary>
    Allocates = 0,

    /// <summary>Copies on write, ignores preallocation, or is not known: zeros are written, and mapping is for when much space is free.</summary>
    Copies = 1,

    /// <summary>On the network or in user space: positioned writes only, and locks alone do not prove that an owner is dead.</summary>
    Remote = 2,
}
