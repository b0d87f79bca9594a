using System.Diagnostics;
using System.Globalization;

namespace Lifecycle.Sdk.Benchmarks.Figures;

/// <summary>Medians of interleaved rounds: what disturbs the machine disturbs product and floor alike.</summary>
internal static class Timing
{
    /// <summary>Runs product and floor in turns and gives the median milliseconds of each. Rounds of warm-up are not counted, nor what is done
    /// between the two.</summary>
    public static (double Product, double Floor) Interleave(Action product, Action floor, int rounds, Action? between = null, int warmUp = 1)
    {
        var (products, floors) = (new double[rounds], new double[rounds]);
        for (var round = 0; round < warmUp; round++)
        {
            product();
            between?.Invoke();
            floor();
        }

        for (var round = 0; round < rounds; round++)
        {
            products[round] = Milliseconds(product);
            between?.Invoke();
            floors[round] = Milliseconds(floor);
        }

        return (Median(products), Median(floors));
    }

    public static double Milliseconds(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    public static double Median(double[] values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>A line whose goal is a time, beside a floor's time.</summary>
    public static Measurement AtMost(double productMilliseconds, double floorMilliseconds, double goalMilliseconds, string note = "") => new(
        Text($"{productMilliseconds:0.0} ms{note}"), Text($"{floorMilliseconds:0.0} ms"), productMilliseconds / floorMilliseconds,
        Text($"<= {goalMilliseconds:0} ms"), productMilliseconds <= goalMilliseconds);
}
