using System.Buffers;

namespace Lifecycle.Sdk.Drift;

public sealed partial class KllSketch
{
    private const byte Version = 1;
    private const string Name = "KLL sketch";
    private const int MaximumLevels = 60;

    /// <inheritdoc/>
    public void WriteTo(IBufferWriter<byte> writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(ToArray());
    }

    /// <inheritdoc/>
    public byte[] ToArray()
    {
        var writer = new SketchWriter(SketchKind.Kll, Version);
        writer.Policy(this);
        writer.Varint(K);
        writer.Fixed64(_random.State);
        writer.Varint(Count);
        writer.Double(_minimum);
        writer.Double(_maximum);
        writer.Varint(_levels.Count);
        foreach (KllLevel level in _levels)
        {
            writer.Varint(level.Length);
            writer.Doubles(level.Values);
        }
        return writer.ToArray();
    }

    /// <inheritdoc/>
    public static KllSketch Read(ReadOnlySpan<byte> source)
    {
        var reader = new SketchReader(source, SketchKind.Kll, Version, Name);
        NaNPolicy policy = reader.Policy(out long dropped);
        int k = (int)reader.Varint("k", MinimumK, MaximumK);
        var sketch = new KllSketch(k, reader.Fixed64(), policy) { DroppedCount = dropped };
        sketch.Count = reader.Varint("the count", 0, long.MaxValue);
        sketch._minimum = reader.NumberDouble("the minimum");
        sketch._maximum = reader.NumberDouble("the maximum");
        int levels = (int)reader.Varint("the number of levels", 1, MaximumLevels);
        UInt128 weight = 0;
        for (int i = 0; i < levels; i++)
        {
            int length = reader.Size("the length of a level", int.MaxValue, sizeof(double));
            weight += (UInt128)(uint)length << i;
            if (i > 0) sketch._levels.Add(new KllLevel(length));
            sketch.ReadLevel(ref reader, i, length);
        }
        reader.End();
        reader.Require(weight == (UInt128)sketch.Count, "the weights do not add up to the count");
        reader.Require(sketch.Count == 0 || sketch._minimum <= sketch._maximum, "the minimum lies above the maximum");
        // What this class writes is never over-full; a forged form that is gets compacted before anything else is done with it.
        sketch.Compress();
        return sketch;
    }

    private void ReadLevel(ref SketchReader reader, int level, int length)
    {
        double[] values = new double[length];
        for (int i = 0; i < length; i++)
        {
            double value = values[i] = reader.NumberDouble("a value");
            reader.Require(value >= _minimum && value <= _maximum, "a value lies outside the minimum and maximum");
            reader.Require(level == 0 || i == 0 || values[i - 1] <= value, "a level is not sorted");
        }
        _levels[level].Append(values);
    }
}
