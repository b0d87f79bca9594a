using System.Buffers;
using BenchmarkDotNet.Attributes;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Benchmarks;

/// <summary>One block of 8,192 points of a noisy float32 loss curve; the floor is a copy of the same columns.</summary>
[MemoryDiagnoser]
public class CodecBenchmarks
{
    private readonly ArrayBufferWriter<byte> _output = new(1 << 20);
    private long[] _steps = [];
    private long[] _timestamps = [];
    private double[] _values = [];
    private byte[] _block = [];
    private byte[] _raw = [];

    [GlobalSetup]
    public void Setup()
    {
        (_steps, _timestamps, _values) = LossCurve.Make(PointCodec.MaxCount);
        PointCodec.Encode(_steps, _timestamps, _values, _output);
        _block = _output.WrittenSpan.ToArray();
        _raw = new byte[24 * PointCodec.MaxCount];
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = PointCodec.MaxCount)]
    public void Copy()
    {
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(_steps.AsSpan()).CopyTo(_raw);
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(_timestamps.AsSpan()).CopyTo(_raw.AsSpan(8 * PointCodec.MaxCount));
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(_values.AsSpan()).CopyTo(_raw.AsSpan(16 * PointCodec.MaxCount));
    }

    [Benchmark(OperationsPerInvoke = PointCodec.MaxCount)]
    public int Encode()
    {
        _output.ResetWrittenCount();
        PointCodec.Encode(_steps, _timestamps, _values, _output);
        return _output.WrittenCount;
    }

    [Benchmark(OperationsPerInvoke = PointCodec.MaxCount)]
    public int Decode() => PointCodec.Decode(_block, _steps, _timestamps, _values);

    [Benchmark]
    public int ReadHeader() => PointCodec.ReadHeader(_block).Count;
}

/// <summary>What a training logs: steps one by one, uneven milliseconds, a falling loss with noise, in float32.</summary>
internal static class LossCurve
{
    public static (long[] Steps, long[] Timestamps, double[] Values) Make(int count)
    {
        var random = new Random(42);
        var (steps, timestamps, values) = (new long[count], new long[count], new double[count]);
        var now = 1_700_000_000_000.0;
        for (var i = 0; i < count; i++)
        {
            now += 1.3 + random.NextDouble();
            (steps[i], timestamps[i]) = (i, (long)now);
            values[i] = (float)((2.3 * Math.Exp(-i / 3000.0)) + 0.1 + (0.05 * (random.NextDouble() + random.NextDouble() - 1)));
        }

        return (steps, timestamps, values);
    }
}
