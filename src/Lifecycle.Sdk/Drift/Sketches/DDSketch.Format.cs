using System.Buffers;

namespace Lifecycle.Sdk.Drift;

public sealed partial class DDSketch
{
    private const byte Version = 1;
    private const string Name = "DDSketch";

    /// <inheritdoc/>
    public void WriteTo(IBufferWriter<byte> writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(ToArray());
    }

    /// <inheritdoc/>
    public byte[] ToArray()
    {
        var writer = new SketchWriter(SketchKind.DDSketch, Version);
        writer.Policy(this);
        writer.Double(RelativeError);
        writer.Varint(MaximumBuckets);
        writer.Double(_minimum);
        writer.Double(_maximum);
        writer.Varint(_zeros);
        writer.Varint(_negativeInfinities);
        writer.Varint(_positiveInfinities);
        _negative.Write(writer);
        _positive.Write(writer);
        return writer.ToArray();
    }

    /// <inheritdoc/>
    public static DDSketch Read(ReadOnlySpan<byte> source)
    {
        var reader = new SketchReader(source, SketchKind.DDSketch, Version, Name);
        NaNPolicy policy = reader.Policy(out long dropped);
        double error = reader.Double();
        reader.Require(error is >= LogMapping.SmallestError and <= LogMapping.LargestError, "the relative error is out of range");
        int buckets = (int)reader.Varint("the largest number of buckets", BucketStore.SmallestLimit, BucketStore.LargestLimit);
        var sketch = new DDSketch(error, buckets, policy)
        {
            DroppedCount = dropped,
            _minimum = reader.NumberDouble("the minimum"),
            _maximum = reader.NumberDouble("the maximum"),
            _zeros = reader.Varint("the number of zeros", 0, long.MaxValue / 8),
            _negativeInfinities = reader.Varint("the number of negative infinities", 0, long.MaxValue / 8),
            _positiveInfinities = reader.Varint("the number of positive infinities", 0, long.MaxValue / 8),
        };
        sketch._negative.Read(ref reader);
        sketch._positive.Read(ref reader);
        reader.End();
        sketch.Count = sketch._zeros + sketch._negativeInfinities + sketch._positiveInfinities + sketch._negative.Count
            + sketch._positive.Count;
        reader.Require(sketch.Count == 0 || sketch._minimum <= sketch._maximum, "the minimum lies above the maximum");
        return sketch;
    }
}
