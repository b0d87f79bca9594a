namespace Lifecycle.Sdk.Drift;

/// <summary>The fourth byte of the binary form. Numbers are part of the format: never reused.</summary>
internal enum SketchKind : byte
{
    Moments = 1,
    Histogram = 2,
    Kll = 3,
    TDigest = 4,
    DDSketch = 5,
    HyperLogLog = 6,
    TopK = 7,
}
