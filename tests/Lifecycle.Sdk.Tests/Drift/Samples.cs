using CsCheck;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Tests.Drift;

/// <summary>Seeded samples and generators that the tests of this room share.</summary>
internal static class Samples
{
    public static readonly Gen<double> Finite = Gen.Double[-1e6, 1e6];

    /// <summary>Samples of 1 to 40 values, often with ties.</summary>
    public static readonly Gen<double[]> Sample = Gen.OneOf(Finite, Gen.Int[-5, 5].Select(i => (double)i)).Array[1, 40];

    /// <summary>Near-normal values: the sum of twelve uniforms less six.</summary>
    public static double[] Normal(int count, ulong seed, double mean = 0, double deviation = 1)
    {
        var random = new SplitMix64(seed);
        var values = new double[count];
        foreach (ref var value in values.AsSpan())
        {
            var sum = -6.0;
            for (var i = 0; i < 12; i++) sum += random.NextDouble();
            value = mean + (deviation * sum);
        }

        return values;
    }

    public static double[] Bernoulli(int count, ulong seed, double probability)
    {
        var random = new SplitMix64(seed);
        var values = new double[count];
        foreach (ref var value in values.AsSpan()) value = random.NextDouble() < probability ? 1 : 0;
        return values;
    }

    public static double[] Shuffled(double[] values, ulong seed)
    {
        var copy = values.ToArray();
        new SplitMix64(seed).Shuffle<double>(copy);
        return copy;
    }

    public static void Close(double expected, double actual, double relative = 1e-12, double absolute = 1e-300) =>
        Xunit.Assert.True(
            expected == actual || Math.Abs(expected - actual) <= absolute + (relative * Math.Abs(expected)),
            FormattableString.Invariant($"expected {expected:R}, got {actual:R}"));
}
