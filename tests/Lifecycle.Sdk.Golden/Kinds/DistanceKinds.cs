using System.Globalization;
using System.Text.RegularExpressions;
using Lifecycle.Sdk.Drift;

namespace Lifecycle.Sdk.Golden.Kinds;

/// <summary>Distances between samples.</summary>
internal static partial class DistanceKinds
{
    private const string Infinities = "equal infinities at equal quantiles are at distance 0, so the integral exists";

    public static void Register(KindTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        table.Add("wasserstein", golden => Defined(golden, Wasserstein.Distance(golden.Input("x"), golden.Input("y")).Value));
        table.Add("energy_distance", golden => Defined(golden, EnergyDistance.Distance(golden.Input("x"), golden.Input("y")).Value));
        table.Add("wasserstein_weighted", golden => Defined(
            golden, Wasserstein.WeightedDistance(golden.Input("x"), golden.Input("u"), golden.Input("y"), golden.Input("v")).Value));
        table.Add("energy_distance_weighted", golden => Defined(
            golden, EnergyDistance.WeightedDistance(golden.Input("x"), golden.Input("u"), golden.Input("y"), golden.Input("v")).Value));
        table.Add("wasserstein_normed", golden => Defined(golden, Wasserstein.NormedDistance(golden.Input("x"), golden.Input("y")).Value));
        table.Add("mmd_rbf", MmdRbf);
        table.Add("pca_reconstruction", Pca);
    }

    /// <summary>
    /// The reference gives NaN where it subtracts infinities from each other. Where both sides hold the same shares of them, the
    /// definition still gives a number.
    /// </summary>
    private static GoldenResult Defined(GoldenCase golden, double value)
    {
        var undefined = golden.Expected.TryGetProperty("value", out var wanted) && double.IsNaN(Json.Number(wanted));
        return GoldenResult.Value(value).DefinedBecause(
            undefined && SameShare(golden, double.IsPositiveInfinity) && SameShare(golden, double.IsNegativeInfinity), Infinities);
    }

    private static bool SameShare(GoldenCase golden, Func<double, bool> which)
    {
        double[] x = golden.Input("x"), y = golden.Input("y");
        return x.Count(which) * (long)y.Length == y.Count(which) * (long)x.Length;
    }

    private static GoldenResult MmdRbf(GoldenCase golden)
    {
        var call = MmdCall().Match(golden.Call.Text);
        var columns = call.Groups[1].Success ? int.Parse(call.Groups[1].Value, CultureInfo.InvariantCulture) : 1;
        double? scale = golden.Argument("median2") is { } text && text != "None" ? double.Parse(text, CultureInfo.InvariantCulture) : null;
        var result = MaximumMeanDiscrepancy.Compute(golden.Input("x"), golden.Input("y"), columns, scale);
        return new GoldenResult().With("median_sq", result.Scale).With("mmd2_biased", result.Biased).With("mmd2_unbiased", result.Unbiased);
    }

    private static GoldenResult Pca(GoldenCase golden)
    {
        var numbers = golden.PositionalNumbers();
        var fit = PcaReconstruction.Fit(golden.Input("ref"), (int)numbers[0], (int)numbers[1]);
        return new GoldenResult()
            .With("eigenvalues", fit.Eigenvalues)
            .With("error_ref", fit.ReferenceError)
            .With("error_cur", fit.Error(golden.Input("cur")).Value);
    }

    [GeneratedRegex(@"own\.mmd\(x, y(?:, (\d+))?")]
    private static partial Regex MmdCall();
}
