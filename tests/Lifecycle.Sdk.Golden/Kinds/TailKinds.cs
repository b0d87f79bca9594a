using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Golden.Kinds;

/// <summary>The tails of the reference laws.</summary>
internal static class TailKinds
{
    public static void Register(KindTable table)
    {
        table.Add("norm_sf", golden => Value(golden, n => Normal.Sf(n[0])));
        table.Add("chi2_sf", golden => Value(golden, n => ChiSquared.Sf(n[0], n[1])));
        table.Add("t_sf", golden => Value(golden, n => StudentT.Sf(n[0], n[1])));
        table.Add("f_sf", golden => Value(golden, n => FisherF.Sf(n[0], n[1], n[2])));
    }

    private static GoldenResult Value(GoldenCase golden, Func<double[], double> tail) =>
        GoldenResult.Value(tail(golden.PositionalNumbers()));
}
