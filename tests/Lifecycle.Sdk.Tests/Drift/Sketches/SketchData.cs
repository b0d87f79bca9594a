using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Tests.Drift.Sketches;

/// <summary>Seeded streams of different shapes.</summary>
internal static class SketchData
{
    public static readonly string[] Shapes = ["normal", "heavy tail", "few distinct", "ascending", "descending", "two clusters",
        "both signs log"];

    public static double[] Of(string shape, int n, ulong seed = 1)
    {
        var random = new SplitMix64(seed);
        double[] values = new double[n];
        for (int i = 0; i < n; i++)
        {
            double u = random.NextDouble();
            values[i] = shape switch
            {
                "normal" => Normal(ref random),
                "heavy tail" => Math.Pow(1 - u, -2),
                "few distinct" => Math.Floor(20 * u),
                "ascending" => i + u,
                "descending" => n - i - u,
                "two clusters" => i < n / 2 ? u : 1000 + u,
                "both signs log" => (random.Next() & 1) == 0 ? Math.Exp(20 * u) : -Math.Exp(20 * u),
                _ => throw new ArgumentOutOfRangeException(nameof(shape)),
            };
        }
        return values;
    }

    private static double Normal(ref SplitMix64 random)
    {
        double sum = -6;
        for (int i = 0; i < 12; i++) sum += random.NextDouble();
        return sum;
    }
}
