using System.Runtime.CompilerServices;

namespace Lifecycle.Sdk.Drift;

/// <summary>The values of detectors that rest on Hoeffding's inequality, which needs a known range.</summary>
internal static class UnitValue
{
    public static void Require(double value)
    {
        if (!(value >= 0 && value <= 1)) Throw(value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Throw(double value) =>
        throw new ArgumentOutOfRangeException(nameof(value), value, "This detector takes values from 0 to 1; scale by the known range.");
}
