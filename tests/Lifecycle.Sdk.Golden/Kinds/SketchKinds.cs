using System.Text.Json;
using Lifecycle.Sdk.Drift;

namespace Lifecycle.Sdk.Golden.Kinds;

/// <summary>Sketches against exact answers: the bounds of each case, for the whole stream and for ten parts that were merged.</summary>
internal static class SketchKinds
{
    private const int Parts = 10;
    private const int KllRuns = 20;

    public static void Register(KindTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        table.Add("quantile_sketch", QuantileSketch);
    }

    private static GoldenResult QuantileSketch(GoldenCase golden)
    {
        RequireKnownBounds(golden.Property("bounds"));
        var values = golden.Input("x");
        var exact = new Answers(
            Json.Numbers(golden.Exact.GetProperty("q")), Json.Numbers(golden.Exact.GetProperty("lower_quantile")),
            Json.Numbers(golden.Exact.GetProperty("probe")), Json.Numbers(golden.Exact.GetProperty("count_below")),
            Json.Numbers(golden.Exact.GetProperty("count_at_most")), golden.Exact.GetProperty("distinct").GetInt64(),
            [.. values.Order()]);
        var result = new GoldenResult();
        CheckMoments(result, values);
        foreach (var merged in (bool[])[false, true])
        {
            var how = merged ? "merged" : "whole";
            CheckDDSketch(result, exact, Fill(values, merged, () => new DDSketch(0.01)), how);
            CheckTDigest(result, exact, Fill(values, merged, () => new TDigest(100)), how);
            CheckHyperLogLog(result, exact, Fill(values, merged, () => new HyperLogLog(12)), how);
            CheckKll(result, exact, seed => Fill(values, merged, () => new KllSketch(200, seed++)), how);
        }

        return result;
    }

    // The bounds are prose: what the checks below hold to is compared with the numbers in it, so that others fail instead of being ignored.
    private static void RequireKnownBounds(JsonElement bounds)
    {
        if (bounds.ValueKind == JsonValueKind.Undefined)
            return;
        foreach (var bound in bounds.EnumerateObject())
        {
            var known = bound.Name switch
            {
                "ddsketch" => "alpha 0.01: |estimate - lower_quantile| <= 0.01*|lower_quantile|",
                "kll" => "k=200: |estimated rank - true rank|/n <= 0.0133",
                "tdigest" => "delta 100, k1 scale: |rank(estimate) - q| <= 2*pi/delta*sqrt(q(1-q)) + 1/n",
                "hyperloglog" => "2^12 registers: |estimate/distinct - 1| <= 3*1.04/sqrt(4096)",
                "merge" => "the same bounds after splitting the stream in 10",
                var other => throw GoldenCall.Unknown("bounds", other),
            };
            if (!bound.Value.GetString()!.StartsWith(known, StringComparison.Ordinal))
                throw GoldenCall.Unknown(bound.Name, bound.Value.GetString());
        }
    }

    private static T Fill<T>(double[] values, bool merged, Func<T> create)
        where T : NumericSketch, ISketch<T>
    {
        var sketch = create();
        if (!merged)
        {
            sketch.Update(values);
            return sketch;
        }

        for (var part = 0; part < Parts; part++)
        {
            var one = create();
            one.Update(values.AsSpan()[(int)((long)values.Length * part / Parts)..(int)((long)values.Length * (part + 1) / Parts)]);
            sketch.Merge(one);
        }

        return sketch;
    }

    private static void CheckMoments(GoldenResult result, double[] values)
    {
        var whole = Fill(values, merged: false, () => new MomentsSketch());
        var merged = Fill(values, merged: true, () => new MomentsSketch());
        result.With("n", whole.Count).With("min", whole.Minimum).With("max", whole.Maximum)
            .With("sum", whole.Sum).With("mean", whole.Mean).With("variance", whole.Variance);
        result.Check(merged.Count == whole.Count, $"moments merged n got {merged.Count} want {whole.Count}");
        result.Check(
            Math.Abs(merged.Variance - whole.Variance) <= 1e-10 * whole.Variance,
            $"moments merged variance got {merged.Variance} want {whole.Variance}");
    }

    private static void CheckDDSketch(GoldenResult result, Answers exact, DDSketch sketch, string how)
    {
        for (var i = 0; i < exact.Shares.Length; i++)
        {
            double got = sketch.Quantile(exact.Shares[i]), want = exact.Quantiles[i];
            result.Check(
                Math.Abs(got - want) <= 0.01 * Math.Abs(want), $"ddsketch {how} q={exact.Shares[i]} got {got:R} want {want:R} within 1 %");
        }
    }

    private static void CheckTDigest(GoldenResult result, Answers exact, TDigest digest, string how)
    {
        var n = exact.Sorted.Length;
        result.Check(digest.Quantile(0) == exact.Sorted[0] && digest.Quantile(1) == exact.Sorted[^1],
            $"t-digest {how} minimum or maximum is not exact");
        foreach (var q in exact.Shares)
        {
            var got = digest.Quantile(q);
            var allowed = (2 * Math.PI / 100 * Math.Sqrt(q * (1 - q))) + (1.0 / n);
            double below = (double)exact.CountBelow(got) / n, atMost = (double)exact.CountAtMost(got) / n;
            var error = Math.Max(0, Math.Max(below - q, q - atMost));
            result.Check(error <= allowed, $"t-digest {how} q={q} got {got:R}, rank error {error} want at most {allowed}");
        }
    }

    private static void CheckHyperLogLog(GoldenResult result, Answers exact, HyperLogLog sketch, string how)
    {
        var got = sketch.EstimateDistinct();
        result.Check(
            Math.Abs((got / exact.Distinct) - 1) <= 3 * 1.04 / Math.Sqrt(4096),
            $"hyperloglog {how} got {got} want {exact.Distinct} within 4.9 %");
    }

    // The bound of KLL holds with probability 0.99: of many runs, one in a hundred may miss it.
    private static void CheckKll(GoldenResult result, Answers exact, Func<ulong, KllSketch> fill, string how)
    {
        var n = exact.Sorted.Length;
        var allowed = n <= 200 ? 0 : 0.0133 * n;
        int missed = 0, asked = 0;
        double worst = 0;
        for (ulong run = 0; run < KllRuns; run++)
        {
            var sketch = fill(run << 32);
            for (var i = 0; i < exact.Probes.Length; i++)
            {
                var error = Math.Max(
                    Math.Abs(sketch.CountBelow(exact.Probes[i]) - exact.Below[i]),
                    Math.Abs(sketch.CountAtMost(exact.Probes[i]) - exact.AtMost[i]));
                worst = Math.Max(worst, error);
                asked++;
                missed += error > allowed ? 1 : 0;
            }
        }

        result.Check(missed * 100 <= asked, $"kll {how} missed {allowed} in {missed} of {asked}, worst {worst}");
    }

    private sealed record Answers(
        double[] Shares, double[] Quantiles, double[] Probes, double[] Below, double[] AtMost, long Distinct, double[] Sorted)
    {
        public int CountBelow(double value) => Position(value, orEqual: false);

        public int CountAtMost(double value) => Position(value, orEqual: true);

        private int Position(double value, bool orEqual)
        {
            int low = 0, high = Sorted.Length;
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (Sorted[middle] < value || (orEqual && Sorted[middle] == value))
                    low = middle + 1;
                else
                    high = middle;
            }

            return low;
        }
    }
}
