namespace Lifecycle.Sdk.Storage;

/// <summary>A content on the local disk, complete and hashed, that waits to be taken into a store.</summary>
/// <param name="Digest">Its SHA-256.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="FilePath">The file. A store may move it away, or copy it and leave it to the caller to delete.</param>
public sealed record StagedContent(ContentDigest Digest, long Size, string FilePath);
