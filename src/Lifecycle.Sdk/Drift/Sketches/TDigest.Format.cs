using System.Buffers;

namespace Lifecycle.Sdk.Drift;

public sealed partial class TDigest
{
    private const byte Version = 1;
    private const string Name = "t-digest";

    /// <inheritdoc/>
    public void WriteTo(IBufferWriter<byte> writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(ToArray());
    }

    /// <inheritdoc/>
    public byte[] ToArray()
    {
        Flush();
        var writer = new SketchWriter(SketchKind.TDigest, Version);
        writer.Policy(this);
        writer.Double(Compression);
        writer.Varint(_negativeInfinities);
        writer.Varint(_positiveInfinities);
        writer.Double(_minimum);
        writer.Double(_maximum);
        _centroids.Write(writer);
        return writer.ToArray();
    }

    /// <inheritdoc/>
    public static TDigest Read(ReadOnlySpan<byte> source)
    {
        var reader = new SketchReader(source, SketchKind.TDigest, Version, Name);
        NaNPolicy policy = reader.Policy(out long dropped);
        double compression = reader.Double();
        reader.Require(compression is >= MinimumCompression and <= MaximumCompression, "the compression is out of range");
        var digest = new TDigest(compression, policy)
        {
            DroppedCount = dropped,
            _negativeInfinities = reader.Varint("the number of negative infinities", 0, long.MaxValue / 4),
            _positiveInfinities = reader.Varint("the number of positive infinities", 0, long.MaxValue / 4),
            _minimum = reader.NumberDouble("the minimum"),
            _maximum = reader.NumberDouble("the maximum"),
        };
        digest._centroids.Read(ref reader);
        reader.End();
        reader.Require(digest.Count == 0 || digest._minimum <= digest._maximum, "the minimum lies above the maximum");
        return digest;
    }
}
