using System.Runtime.CompilerServices;

namespace Lifecycle.Sdk.Drift;

/// <summary>The values of detectors that watch a classifier's errors.</summary>
internal static class BinaryValue
{
    /// <summary>True for 1, false for 0; anything else is refused.</summary>
    public static bool IsOne(double value)
    {
        if (value == 1) return true;
        if (value != 0) Throw(value);
        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Throw(double value) =>
        throw new ArgumentOutOfRangeException(nameof(value), value, "This detector takes 1 for an error and 0 for a right prediction.");
}
