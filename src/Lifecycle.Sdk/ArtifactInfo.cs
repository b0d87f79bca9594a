namespace Lifecycle.Sdk;

/// <summary>One artifact of a run.</summary>
/// <param name="Path">Its place within the run.</param>
/// <param name="Digest">The SHA-256 of its content.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Time">When it was logged.</param>
public sealed record ArtifactInfo(ArtifactPath Path, ContentDigest Digest, long Size, DateTimeOffset Time);
