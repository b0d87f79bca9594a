using System.Runtime.CompilerServices;

namespace Lifecycle.Sdk.Drift;

/// <summary>What the queries of all quantile sketches refuse, and the position that a lower quantile names.</summary>
internal static class SketchQuery
{
    public static void ThrowIfNotShare(double q, [CallerArgumentExpression(nameof(q))] string? name = null)
    {
        if (!(q >= 0 && q <= 1)) throw new ArgumentOutOfRangeException(name, q, "A share lies between 0 and 1.");
    }

    public static void ThrowIfNaN(double value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        if (double.IsNaN(value)) throw new ArgumentException("NaN has no rank.", name);
    }

    public static void ThrowIfEmpty(long count)
    {
        if (count == 0)
        {
            throw new InvalidOperationException("The sketch is empty; it has no quantiles or ranks until a value was taken in.");
        }
    }

    public static long LowerPosition(double q, long count) => Math.Min((long)(q * (count - 1)), count - 1);
}
