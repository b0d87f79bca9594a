namespace Lifecycle.Sdk.Evaluation;

/// <summary>The trapezoidal rule over points whose x only rises or only falls.</summary>
internal static class Trapezoid
{
    internal static double Area(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var area = default(RunningSum);
        for (var i = 1; i < x.Length; i++)
            area.Add((x[i] - x[i - 1]) * (y[i] + y[i - 1]) / 2);
        return Math.Abs(area.Value);
    }
}
