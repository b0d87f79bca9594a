using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Tests.Drift.Support;

/// <summary>Seeded samples for the tests of statistics.</summary>
internal static class SeededSamples
{
    public static double[] Normal(int count, ref SplitMix64 random, double mean = 0, double deviation = 1)
    {
        var values = new double[count];
        foreach (ref var value in values.AsSpan())
            value = mean + (deviation * Standard(ref random));
        return values;
    }

    public static double[] Normal(int count, ulong seed, double mean = 0, double deviation = 1)
    {
        var random = new SplitMix64(seed);
        return Normal(count, ref random, mean, deviation);
    }

    /// <summary>Whole numbers from 0 to <paramref name="distinct"/> - 1: many ties.</summary>
    public static double[] Whole(int count, ulong seed, int distinct)
    {
        var random = new SplitMix64(seed);
        var values = new double[count];
        foreach (ref var value in values.AsSpan())
            value = random.NextInt(distinct);
        return values;
    }

    public static double[] Shuffled(double[] values, ulong seed)
    {
        var random = new SplitMix64(seed);
        var copy = (double[])values.Clone();
        random.Shuffle<double>(copy);
        return copy;
    }

    // Box and Muller; 1 - u is never zero.
    private static double Standard(ref SplitMix64 random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
