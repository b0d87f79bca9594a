using System.Buffers;
using System.Diagnostics;
using CsCheck;
using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.Tests.Storage;

public sealed class PointCodecTests
{
    private static readonly Gen<double> AnyBits = Gen.Long.Select(BitConverter.Int64BitsToDouble);

    private static readonly Gen<double> OddValue = Gen.OneOf(
        AnyBits,
        Gen.OneOfConst(0.0, -0.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, -double.Epsilon, double.MaxValue, 1, -1),
        Gen.Float.Select(f => (double)f),
        Gen.Int[-5, 5].Select(i => (double)i));

    private static readonly Gen<long> OddInteger = Gen.OneOf(
        Gen.Long, Gen.Long[0, 100], Gen.OneOfConst(long.MinValue, long.MaxValue, 0, -1, 1));

    [Fact]
    public void Any_columns_come_back_bit_for_bit() =>
        Gen.Select(OddInteger, OddInteger, OddValue).Array[1, 300].Sample(
            points => AssertRoundTrip([.. points.Select(p => p.Item1)], [.. points.Select(p => p.Item2)], [.. points.Select(p => p.Item3)]), iter: 2_000);

    [Fact]
    public void Smooth_and_constant_columns_come_back_bit_for_bit() =>
        Gen.Select(Gen.Int[1, PointCodec.MaxCount], Gen.Long, Gen.Long, AnyBits, AnyBits).Sample(
            (count, start, stride, value, slope) =>
            {
                long[] steps = [.. Enumerable.Range(0, count).Select(i => unchecked(start + (i * stride)))];
                AssertRoundTrip(steps, [.. steps.Reverse()], [.. Enumerable.Range(0, count).Select(i => i % 100 == 7 ? value : slope * i)]);
            },
            iter: 100);

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(PointCodec.MaxCount)]
    public void Every_packed_width_comes_back(int count)
    {
        for (var width = 0; width < 64; width++)
        {
            var random = new Random(width);
            long[] steps = [.. Enumerable.Range(0, count).Select(_ => random.NextInt64(0, 1L << Math.Min(width, 62)))];
            double[] values = [.. steps.Select(s => BitConverter.Int64BitsToDouble(s << (width % 7) | (random.Next(8) == 0 ? long.MinValue : 0)))];
            AssertRoundTrip(steps, steps, values);
        }
    }

    [Fact]
    public void The_header_tells_what_the_points_would_tell() =>
        Gen.Select(OddInteger, Gen.Long[0, 3], OddValue).Array[1, 200].Sample(
            points =>
            {
                long[] steps = [.. points.Select(p => p.Item1)], times = [.. points.Select(p => p.Item2)];
                double[] values = [.. points.Select(p => p.Item3)];
                var block = Encode(steps, times, values);
                var header = PointCodec.ReadHeader(block);
                var expected = new MetricSummaryBuilder();
                expected.Add(steps, times, values);
                Assert.Equal(points.Length, header.Count);
                Assert.Equal(block.Length, header.Length);
                Assert.Equal(steps.Min(), header.MinStep);
                Assert.Equal(steps.Max(), header.MaxStep);
                Assert.Equal(expected.Build("x"), header.Summary.Build("x"));
                Assert.Equal(BitConverter.DoubleToInt64Bits(expected.SumLow), BitConverter.DoubleToInt64Bits(header.Summary.SumLow));
            },
            iter: 1_000);

    [Theory]
    [InlineData(3)]
    [InlineData(200)]
    public void Every_flipped_bit_and_every_other_length_is_noticed(int count)
    {
        var random = new Random(1);
        long[] steps = [.. Enumerable.Range(0, count).Select(i => (long)i)];
        var block = Encode(steps, steps, [.. steps.Select(_ => random.NextDouble())]);
        for (var at = 0; at < block.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var broken = (byte[])block.Clone();
                broken[at] ^= (byte)(1 << bit);
                Assert.Throws<InvalidDataException>(() => PointCodec.Decode(broken));
            }

            Assert.Throws<InvalidDataException>(() => PointCodec.Decode(block.AsSpan(0, at)));
        }

        Assert.Throws<InvalidDataException>(() => PointCodec.Decode([.. block, 0]));
    }

    [Fact]
    public void Hostile_bytes_with_valid_checksums_throw_nothing_else() =>
        Gen.Byte.Array[1, 400].Sample(
            body =>
            {
                var block = new byte[PointCodec.FixedHeaderLength + body.Length];
                block[0] = PointCodec.Version;
                BitConverter.TryWriteBytes(block.AsSpan(2), (ushort)(1 + (body.Length * 5)));
                BitConverter.TryWriteBytes(block.AsSpan(4), body.Length);
                body.CopyTo(block, PointCodec.FixedHeaderLength);
                BitConverter.TryWriteBytes(block.AsSpan(8), Crc32C.Compute(body));
                BitConverter.TryWriteBytes(block.AsSpan(12), Crc32C.Compute(block.AsSpan(0, 12)));
                try
                {
                    PointCodec.Decode(block);
                }
                catch (InvalidDataException)
                {
                }
            },
            iter: 20_000);

    [Fact]
    public void A_block_of_another_version_says_so()
    {
        var block = Encode([1], [2], [3]);
        block[0] = 9;
        BitConverter.TryWriteBytes(block.AsSpan(12), Crc32C.Compute(block.AsSpan(0, 12)));
        Assert.Contains("version 9", Assert.Throws<InvalidDataException>(() => PointCodec.Decode(block)).Message);
    }

    [Fact]
    public void Columns_that_are_empty_too_long_or_unequal_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Encode([], [], []));
        Assert.Throws<ArgumentException>(() => Encode([1], [1, 2], [1]));
        Assert.Throws<ArgumentException>(() => Encode(new long[8_193], new long[8_193], new double[8_193]));
    }

    [Fact]
    public void The_bytes_of_version_1_never_change()
    {
        long[] steps = [.. Enumerable.Range(0, 100).Select(i => (long)i * 10)];
        var block = Encode(steps, [.. steps.Select((s, i) => 1_700_000_000_000 + s + (i % 3))], [.. steps.Select(s => (double)(3f / (7 + s)))]);
        Assert.Equal(PointCodecGolden.Small, Convert.ToHexStringLower(Encode([5, -3], [1_700_000_000_000, 1_700_000_000_001], [0.25, -1.5])));
        Assert.Equal(PointCodecGolden.Long, Convert.ToHexStringLower(block));
    }

    [Fact]
    public void A_float32_loss_curve_takes_less_than_6_bytes_a_point_and_a_regular_series_next_to_nothing()
    {
        var (steps, times, values) = LossCurve(PointCodec.MaxCount);
        Assert.InRange(Encode(steps, times, values).Length / (double)steps.Length, 2, 5);
        Assert.InRange(Encode(steps, steps, new double[steps.Length]).Length / (double)steps.Length, 0, 0.15);
    }

    [Fact]
    public void Known_answer_of_crc_32c() => Assert.Equal(0xE3069283u, Crc32C.Compute("123456789"u8));

    [Fact(Explicit = true)]
    public void Throughput()
    {
        var (steps, times, values) = LossCurve(PointCodec.MaxCount);
        var output = new ArrayBufferWriter<byte>(1 << 20);
        for (var round = 0; round < 6; round++)
        {
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < 500; i++)
            {
                output.ResetWrittenCount();
                PointCodec.Encode(steps, times, values, output);
            }

            var encode = 500 * steps.Length / watch.Elapsed.TotalSeconds / 1e6;
            var block = output.WrittenSpan.ToArray();
            watch.Restart();
            for (var i = 0; i < 500; i++) PointCodec.Decode(block, steps, times, values);
            TestContext.Current.TestOutputHelper!.WriteLine(
                $"encode {encode:F0} M/s, decode {500 * steps.Length / watch.Elapsed.TotalSeconds / 1e6:F0} M/s, {block.Length / (double)steps.Length:F2} B/point");
        }
    }

    internal static (long[] Steps, long[] Times, double[] Values) LossCurve(int count)
    {
        var random = new Random(42);
        var steps = new long[count];
        var times = new long[count];
        var values = new double[count];
        var now = 1_700_000_000_000.0;
        for (var i = 0; i < count; i++)
        {
            steps[i] = i;
            now += 1.3 + random.NextDouble();
            times[i] = (long)now;
            values[i] = (float)((2.3 * Math.Exp(-i / 3000.0)) + 0.1 + (0.05 * (random.NextDouble() + random.NextDouble() - 1)));
        }

        return (steps, times, values);
    }

    private static byte[] Encode(ReadOnlySpan<long> steps, ReadOnlySpan<long> timestamps, ReadOnlySpan<double> values)
    {
        var output = new ArrayBufferWriter<byte>();
        PointCodec.Encode(steps, timestamps, values, output);
        return output.WrittenSpan.ToArray();
    }

    private static void AssertRoundTrip(long[] steps, long[] timestamps, double[] values)
    {
        var block = Encode(steps, timestamps, values);
        Assert.InRange(block.Length, 1, PointCodec.MaxLength(steps.Length));
        var back = PointCodec.Decode(block, 7);
        Assert.Equal(7, back.Attempt);
        Assert.True(back.Steps.Span.SequenceEqual(steps));
        Assert.True(back.Timestamps.Span.SequenceEqual(timestamps));
        for (var i = 0; i < values.Length; i++)
            Assert.Equal(BitConverter.DoubleToInt64Bits(values[i]), BitConverter.DoubleToInt64Bits(back.Values.Span[i]));
    }
}
