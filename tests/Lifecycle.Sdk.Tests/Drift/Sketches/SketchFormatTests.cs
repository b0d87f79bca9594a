using Lifecycle.Sdk.Tests.Support;
using System.Buffers;
using System.Buffers.Binary;
using Lifecycle.Sdk.Drift;
using Lifecycle.Sdk.Numerics;
using Xunit;

namespace Lifecycle.Sdk.Tests.Drift.Sketches;

/// <summary>The laws of the binary form, for every sketch alike.</summary>
public abstract class SketchFormatTests<T>
    where T : ISketch<T>
{
    protected abstract T Create();

    protected abstract void Fill(T sketch, int n, ulong seed);

    /// <summary>Asks everything that can be asked.</summary>
    protected abstract IEnumerable<double> Query(T sketch);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(5000)]
    public void What_was_written_is_read_back_and_answers_the_same(int n)
    {
        T sketch = Filled(n, seed: 3);
        byte[] bytes = sketch.ToArray();
        T restored = T.Read(bytes);
        Assert.Equal(bytes, restored.ToArray());
        Assert.Equal(sketch.Count, restored.Count);
        Assert.Equal(Query(sketch), Query(restored));
        var writer = new ArrayBufferWriter<byte>();
        sketch.WriteTo(writer);
        Assert.Equal(bytes, writer.WrittenSpan.ToArray());
    }

    [Fact]
    public void A_restored_sketch_goes_on_like_the_one_that_was_saved()
    {
        T kept = Filled(3000, seed: 4), restored = T.Read(kept.ToArray());
        Fill(kept, 3000, seed: 5);
        Fill(restored, 3000, seed: 5);
        Assert.Equal(kept.ToArray(), restored.ToArray());
    }

    [Fact]
    public void Every_truncation_and_any_extra_byte_is_refused()
    {
        byte[] bytes = Filled(300, seed: 6).ToArray();
        for (int length = 0; length < bytes.Length; length++)
        {
            int cut = length;
            Assert.Throws<InvalidDataException>(() => T.Read(bytes.AsSpan(0, cut)));
        }
        Assert.Throws<InvalidDataException>(() => T.Read([.. bytes, 0]));
    }

    [Fact]
    public void Every_flipped_bit_is_refused()
    {
        byte[] bytes = Filled(60, seed: 7).ToArray();
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<InvalidDataException>(() => T.Read(bytes));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void A_forged_form_with_a_right_checksum_is_refused_or_usable_and_never_takes_much_memory()
    {
        var random = new SplitMix64(8);
        foreach (int n in (int[])[0, 3, 300])
        {
            byte[] original = Filled(n, seed: 9).ToArray();
            for (int trial = 0; trial < 1500; trial++)
            {
                byte[] forged = Forge(original, ref random);
                long before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    T sketch = T.Read(forged);
                    foreach (double _ in Query(sketch)) { }
                    sketch.Merge(T.Read(sketch.ToArray()));
                }
                catch (Exception exception) when (exception is InvalidDataException or ArgumentException)
                {
                    // Refused, or two sketches of other parameters: both are clear errors.
                }
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64L << 20);
            }
        }
    }

    [Fact]
    public void Bytes_of_another_sketch_or_version_are_refused_by_name()
    {
        byte[] bytes = Filled(10, seed: 10).ToArray();
        byte[] other = (byte[])bytes.Clone();
        other[3] ^= 0x40;
        Assert.Contains("another sketch", Assert.Throws<InvalidDataException>(() => T.Read(other)).Message, StringComparison.Ordinal);
        byte[] newer = (byte[])bytes.Clone();
        newer[4]++;
        Assert.Contains("version", Assert.Throws<InvalidDataException>(() => T.Read(newer)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merging_null_is_refused_and_merging_an_empty_sketch_changes_nothing()
    {
        T sketch = Filled(2000, seed: 11);
        List<double> before = [.. Query(sketch)];
        Assert.Throws<ArgumentNullException>(() => sketch.Merge(default!));
        sketch.Merge(Create());
        Assert.Equal(before, Query(sketch));
        T empty = Create();
        empty.Merge(sketch);
        Assert.Equal(before, Query(empty));
    }

    [Fact]
    public void Merging_a_sketch_into_itself_doubles_the_count()
    {
        T sketch = Filled(1234, seed: 12);
        sketch.Merge(sketch);
        Assert.Equal(2468, sketch.Count);
    }

    protected T Filled(int n, ulong seed)
    {
        T sketch = Create();
        Fill(sketch, n, seed);
        return sketch;
    }

    private static byte[] Forge(byte[] original, ref SplitMix64 random)
    {
        byte[] forged = (byte[])original.Clone();
        int payload = forged.Length - SketchWriter.HeaderLength - SketchWriter.ChecksumLength;
        int changes = 1 + random.NextInt(3);
        for (int i = 0; i < changes; i++) forged[SketchWriter.HeaderLength + random.NextInt(payload)] = (byte)random.Next();
        BinaryPrimitives.WriteUInt32LittleEndian(forged.AsSpan(^4..), SketchWriter.Checksum(forged.AsSpan(..^4)));
        return forged;
    }
}

public abstract class NumericSketchFormatTests<T> : SketchFormatTests<T>
    where T : NumericSketch, ISketch<T>
{
    protected abstract T Create(NaNPolicy policy);

    protected override T Create() => Create(NaNPolicy.Refuse);

    protected override void Fill(T sketch, int n, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(sketch);
        sketch.Update(SketchData.Of("normal", n, seed));
    }

    [Fact]
    public void NaN_is_refused_with_its_position_and_leaves_the_sketch_unchanged()
    {
        T sketch = Filled(100, seed: 1);
        byte[] before = sketch.ToArray();
        double[] values = new double[1000];
        values[613] = double.NaN;
        Assert.Contains("[613]", Assert.Throws<ArgumentException>(() => sketch.Update(values)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => sketch.Update(double.NaN));
        Assert.Equal(before, sketch.ToArray());
    }

    [Fact]
    public void NaN_is_dropped_and_counted_when_asked_for()
    {
        double[] clean = SketchData.Of("normal", 1000);
        double[] dirty = [double.NaN, .. clean[..500], double.NaN, double.NaN, .. clean[500..], double.NaN];
        T sketch = Create(NaNPolicy.Drop), expected = Create(NaNPolicy.Drop);
        sketch.Update(dirty);
        expected.Update(clean);
        Assert.Equal(4, sketch.DroppedCount);
        Assert.Equal(1000, sketch.Count);
        Assert.Equal(Query(expected).Select(Rounded), Query(sketch).Select(Rounded));
        Assert.Equal(4, T.Read(sketch.ToArray()).DroppedCount);
    }

    [Fact]
    public void One_value_at_a_time_gives_what_a_span_gives()
    {
        double[] values = SketchData.Of("normal", 10_000);
        T one = Create(), all = Create();
        foreach (double value in values) one.Update(value);
        all.Update(values);
        Assert.Equal(Query(all).Select(Rounded), Query(one).Select(Rounded));
    }

    [Fact]
    public void Steady_updates_allocate_nothing()
    {
        double[] values = SketchData.Of("normal", 100_000);
        T sketch = Create();
        for (int i = 0; i < 3; i++) sketch.Update(values);
        Assert.Equal(0, Allocated.BytesOf(() =>
        {
            sketch.Update(values.AsSpan(0, 50_000));
            foreach (double value in values.AsSpan(0, 50_000)) sketch.Update(value);
        }));
    }

    [Fact]
    public void An_unknown_policy_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => Create((NaNPolicy)7));

    [Fact]
    public void Odd_values_do_no_harm()
    {
        double[] odd =
        [
            double.Epsilon, -double.Epsilon, 2.2250738585072014E-308, 0.0, -0.0, double.MaxValue, double.MinValue,
            double.PositiveInfinity, double.NegativeInfinity, 1e-310,
        ];
        T sketch = Create();
        for (int i = 0; i < 500; i++) sketch.Update(odd);
        Assert.Equal(5000, sketch.Count);
        List<double> answers = [.. Query(sketch)];
        Assert.Equal(answers, Query(T.Read(sketch.ToArray())));
    }

    // Blocks of other lengths round differently.
    private static double Rounded(double value) => double.IsFinite(value) && value != 0 ? double.Round(value, 10) : value;
}

internal static class Shares
{
    public static readonly double[] All = [0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1];
}

public sealed class MomentsFormatTests : NumericSketchFormatTests<MomentsSketch>
{
    protected override MomentsSketch Create(NaNPolicy policy) => new(policy);

    protected override IEnumerable<double> Query(MomentsSketch sketch)
    {
        ArgumentNullException.ThrowIfNull(sketch);
        return [sketch.Sum, sketch.Mean, sketch.Minimum, sketch.Maximum, sketch.Variance, sketch.PopulationVariance, sketch.Skewness,
            sketch.Kurtosis];
    }
}

public sealed class HistogramFormatTests : NumericSketchFormatTests<HistogramSketch>
{
    protected override HistogramSketch Create(NaNPolicy policy) => new([-3, -1, -0.5, 0, 0.25, 4], policy);

    protected override IEnumerable<double> Query(HistogramSketch sketch)
    {
        ArgumentNullException.ThrowIfNull(sketch);
        return [sketch.BelowCount, sketch.AboveCount, .. sketch.Counts.ToArray().Select(count => (double)count)];
    }
}

public sealed class KllFormatTests : NumericSketchFormatTests<KllSketch>
{
    protected override KllSketch Create(NaNPolicy policy) => new(32, seed: 5, policy);

    protected override IEnumerable<double> Query(KllSketch sketch)
    {
        ArgumentNullException.ThrowIfNull(sketch);
        return sketch.Count == 0 ? [sketch.Minimum] : [.. Shares.All.Select(sketch.Quantile), sketch.Rank(0.5), sketch.CountBelow(1)];
    }
}

public sealed class TDigestFormatTests : NumericSketchFormatTests<TDigest>
{
    protected override TDigest Create(NaNPolicy policy) => new(20, policy);

    protected override IEnumerable<double> Query(TDigest sketch)
    {
        ArgumentNullException.ThrowIfNull(sketch);
        return sketch.Count == 0 ? [sketch.Minimum] : [.. Shares.All.Select(sketch.Quantile), sketch.Rank(0.5)];
    }
}

public sealed class DDSketchFormatTests : NumericSketchFormatTests<DDSketch>
{
    protected override DDSketch Create(NaNPolicy policy) => new(0.02, 512, policy);

    protected override IEnumerable<double> Query(DDSketch sketch)
    {
        ArgumentNullException.ThrowIfNull(sketch);
        return sketch.Count == 0 ? [sketch.Minimum] : Shares.All.Select(sketch.Quantile);
    }
}

public sealed class HyperLogLogFormatTests : NumericSketchFormatTests<HyperLogLog>
{
    protected override HyperLogLog Create(NaNPolicy policy) => new(6, policy);

    protected override IEnumerable<double> Query(HyperLogLog sketch)
    {
        ArgumentNullException.ThrowIfNull(sketch);
        return [sketch.EstimateDistinct()];
    }
}

public sealed class TopKTextFormatTests : SketchFormatTests<TopKSketch<string>>
{
    protected override TopKSketch<string> Create() => new(16);

    protected override void Fill(TopKSketch<string> sketch, int n, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(sketch);
        foreach (double value in SketchData.Of("heavy tail", n, seed))
        {
            sketch.Update(value > 2 ? "\ud800 lone" : $"é{Math.Floor(value * 20)}");
        }
    }

    protected override IEnumerable<double> Query(TopKSketch<string> sketch)
    {
        ArgumentNullException.ThrowIfNull(sketch);
        return [sketch.MaximumError, .. sketch.Top(20).Select(item => (double)item.LowerBound)];
    }
}

public sealed class TopKNumberFormatTests : SketchFormatTests<TopKSketch<double>>
{
    protected override TopKSketch<double> Create() => new(16);

    protected override void Fill(TopKSketch<double> sketch, int n, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(sketch);
        foreach (double value in SketchData.Of("heavy tail", n, seed)) sketch.Update(Math.Round(value, 1));
    }

    protected override IEnumerable<double> Query(TopKSketch<double> sketch)
    {
        ArgumentNullException.ThrowIfNull(sketch);
        return [sketch.MaximumError, .. sketch.Top(20).SelectMany(item => (double[])[item.Item, item.LowerBound])];
    }
}
