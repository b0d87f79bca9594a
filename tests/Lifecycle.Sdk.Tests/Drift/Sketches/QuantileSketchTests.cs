using Lifecycle.Sdk.Drift;
using Xunit;

namespace Lifecycle.Sdk.Tests.Drift.Sketches;

/// <summary>The error bounds of the three quantile sketches, whole and merged, on streams of different shapes.</summary>
public sealed class QuantileSketchTests
{
    private const int N = 20_000;

    public static TheoryData<string> Shapes => [.. SketchData.Shapes];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void DDSketch_quantiles_are_within_the_relative_error(string shape)
    {
        double[] values = SketchData.Of(shape, N), sorted = [.. values.Order()];
        foreach (double alpha in (double[])[0.001, 0.01, 0.2])
        {
            var whole = new DDSketch(alpha, 65_536);
            whole.Update(values);
            DDSketch merged = Merged(values, 13, _ => new DDSketch(alpha, 65_536));
            Assert.Equal(whole.ToArray(), merged.ToArray());
            Assert.False(whole.HasCollapsed);
            for (int i = 0; i <= 1000; i++)
            {
                double q = i / 1000.0, want = sorted[(int)(q * (N - 1))];
                Assert.InRange(Math.Abs(whole.Quantile(q) - want), 0, alpha * Math.Abs(want));
            }
        }
    }

    [Fact]
    public void DDSketch_keeps_its_promise_over_the_whole_range_of_doubles()
    {
        // Every power of two, just below and above it, where rounding in the mapping would show.
        List<double> values = [];
        for (int e = -1022; e <= 1023; e++)
        {
            double power = Math.ScaleB(1, e);
            values.AddRange([Math.BitDecrement(power), power, Math.BitIncrement(power), power * 1.3, power * 1.7]);
        }
        foreach (double value in values)
        {
            var sketch = new DDSketch(0.01);
            sketch.Update([double.PositiveInfinity, value, double.NegativeInfinity, -value, 0, 0, value]);
            // Sorted: -inf, -value, 0, 0, value, value, +inf: clamping to minimum and maximum cannot help.
            double got = sketch.Quantile(5.0 / 6);
            Assert.InRange(Math.Abs(got - value), 0, 0.01 * value);
            Assert.Equal(-got, sketch.Quantile(1.0 / 6));
        }
    }

    [Fact]
    public void DDSketch_counts_subnormals_apart_from_zero()
    {
        var sketch = new DDSketch(0.01);
        sketch.Update([0, 0, double.Epsilon, 7 * double.Epsilon, 1e-310]);
        Assert.Equal(0, sketch.Quantile(0.25));
        Assert.Equal(double.Epsilon, sketch.Quantile(0.5));
        Assert.Equal(7 * double.Epsilon, sketch.Quantile(0.75));
        Assert.Equal(1e-310, sketch.Quantile(1));
    }

    [Fact]
    public void DDSketch_collapses_the_smallest_magnitudes_in_any_order_to_the_same_state()
    {
        double[] values = [.. Enumerable.Range(-200, 400).Select(e => Math.ScaleB(1, e)),
            .. Enumerable.Range(-100, 200).Select(e => -Math.ScaleB(1, e))];
        DDSketch? first = null;
        for (ulong seed = 0; seed < 20; seed++)
        {
            var random = new Lifecycle.Sdk.Numerics.SplitMix64(seed);
            random.Shuffle<double>(values);
            DDSketch sketch = Merged(values, 1 + (int)seed, _ => new DDSketch(0.01, 256));
            Assert.True(sketch.HasCollapsed);
            // The largest magnitudes of both signs keep the promise.
            Assert.InRange(sketch.Quantile(0.999) / Math.ScaleB(1, 198), 0.99, 1.01);
            first ??= sketch;
            Assert.Equal(first.ToArray(), sketch.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void KLL_ranks_are_within_the_bound_at_99_percent(string shape)
    {
        double[] values = SketchData.Of(shape, N), sorted = [.. values.Order()];
        foreach (int k in (int[])[50, 200])
        {
            foreach (int parts in (int[])[1, 10, 300])
            {
                int asked = 0, missed = 0;
                for (ulong seed = 0; seed < 20; seed++)
                {
                    KllSketch sketch = Merged(values, parts, part => new KllSketch(k, (seed << 32) + (ulong)part));
                    Assert.Equal(N, sketch.CountAtMost(double.MaxValue));
                    Assert.Equal(sorted[0], sketch.Quantile(0));
                    Assert.Equal(sorted[^1], sketch.Quantile(1));
                    Assert.InRange(sketch.RetainedCount, 1, 8 * k + 8 * 16);
                    for (int i = 1; i < 20; i++)
                    {
                        double probe = sorted[N * i / 20];
                        asked++;
                        if (Math.Abs(sketch.CountAtMost(probe) - CountAtMost(sorted, probe)) > sketch.NormalizedRankError * N) missed++;
                    }
                }
                // Twice the promised one in a hundred: the probes of one sketch miss together, so twenty sketches scatter.
                Assert.True(missed * 50 <= asked, $"k = {k}, {parts} parts: {missed} of {asked} ranks missed the bound");
            }
        }
    }

    [Fact]
    public void KLL_is_unbiased()
    {
        double[] values = SketchData.Of("normal", 20_000), sorted = [.. values.Order()];
        double probe = sorted[7000], sum = 0;
        for (ulong seed = 0; seed < 400; seed++)
        {
            var sketch = new KllSketch(20, seed);
            sketch.Update(values);
            sum += sketch.CountBelow(probe);
        }
        // One sketch has a standard deviation of about 3 %; the mean of 400 is twenty times better.
        Assert.InRange(sum / 400, 7000 - 120, 7000 + 120);
    }

    [Fact]
    public void KLL_is_exact_until_it_first_compacts()
    {
        double[] values = SketchData.Of("normal", 399), sorted = [.. values.Order()];
        KllSketch sketch = Merged(values, 3, _ => new KllSketch());
        Assert.Equal(0, sketch.NormalizedRankError);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.Equal(i + 1, sketch.CountAtMost(sorted[i]));
            Assert.Equal(i, sketch.CountBelow(sorted[i]));
            Assert.Equal(sorted[i], sketch.Quantile(Math.Min(1, (i + 1e-9) / (values.Length - 1))));
        }
    }

    [Fact]
    public void KLL_gives_the_same_bytes_for_the_same_seed_and_others_for_another()
    {
        double[] values = SketchData.Of("normal", 10_000);
        byte[] Bytes(ulong seed)
        {
            var sketch = new KllSketch(50, seed);
            sketch.Update(values);
            return sketch.ToArray();
        }

        Assert.Equal(Bytes(1), Bytes(1));
        Assert.NotEqual(Bytes(1), Bytes(2));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void T_digest_ranks_are_within_the_bound(string shape)
    {
        double[] values = SketchData.Of(shape, N), sorted = [.. values.Order()];
        foreach (double compression in (double[])[50, 100, 500])
        {
            foreach (int parts in (int[])[1, 10, 300])
            {
                TDigest digest = Merged(values, parts, _ => new TDigest(compression));
                Assert.Equal(sorted[0], digest.Quantile(0));
                Assert.Equal(sorted[^1], digest.Quantile(1));
                for (int i = 0; i <= 1000; i++)
                {
                    double q = i / 1000.0, allowed = (2 * Math.PI / compression * Math.Sqrt(q * (1 - q))) + (1.0 / N);
                    double got = digest.Quantile(q);
                    double below = (double)CountBelow(sorted, got) / N, atMost = (double)CountAtMost(sorted, got) / N;
                    Assert.True(
                        q >= below - allowed && q <= atMost + allowed, $"δ = {compression}, {parts} parts, q = {q}: {below} to {atMost}");
                }
            }
        }
    }

    [Fact]
    public void T_digest_rank_and_quantile_are_inverse_and_monotone()
    {
        var digest = new TDigest();
        digest.Update(SketchData.Of("normal", N));
        double before = double.NegativeInfinity;
        for (int i = 1; i < 1000; i++)
        {
            double q = i / 1000.0, value = digest.Quantile(q);
            Assert.True(value >= before);
            Assert.Equal(q, digest.Rank(value), 9);
            before = value;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Merging_in_any_tree_and_order_keeps_the_bounds(string shape)
    {
        double[] values = SketchData.Of(shape, 20_000), sorted = [.. values.Order()];
        var random = new Lifecycle.Sdk.Numerics.SplitMix64(7);
        for (int trial = 0; trial < 10; trial++)
        {
            List<KllSketch> kll = [];
            List<TDigest> digests = [];
            foreach (double[] part in values.Chunk(20 + 300 * trial))
            {
                kll.Add(new KllSketch(seed: random.Next()));
                digests.Add(new TDigest());
                kll[^1].Update(part);
                digests[^1].Update(part);
            }
            // Two at random become one, until one is left.
            while (kll.Count > 1)
            {
                int from = random.NextInt(kll.Count - 1), to = random.NextInt(kll.Count - 1);
                to = to == from ? kll.Count - 1 : to;
                kll[to].Merge(kll[from]);
                digests[to].Merge(digests[from]);
                kll.RemoveAt(from);
                digests.RemoveAt(from);
            }
            for (int i = 1; i < 20; i++)
            {
                double q = i / 20.0, probe = sorted[(int)(q * 20_000)];
                // Twice the 99 % bound is beyond chance for ten trials.
                Assert.InRange(kll[0].CountAtMost(probe) / 20_000.0 - CountAtMost(sorted, probe) / 20_000.0, -2 * 0.0133, 2 * 0.0133);
                double got = digests[0].Quantile(q), allowed = 2 * Math.PI / 100 * Math.Sqrt(q * (1 - q)) + 1.0 / 20_000;
                Assert.InRange(q, CountBelow(sorted, got) / 20_000.0 - allowed, CountAtMost(sorted, got) / 20_000.0 + allowed);
            }
        }
    }

    [Fact]
    public void Infinities_take_their_places_at_the_ends()
    {
        double[] values = [double.PositiveInfinity, 1, 2, 3, double.NegativeInfinity, 4, 5, 6, 7, 8];
        Func<double, double>[] sketches = [Quantiles(new KllSketch()), Quantiles(new DDSketch()), Quantiles(new TDigest())];
        foreach (Func<double, double> quantile in sketches)
        {
            Assert.Equal(double.NegativeInfinity, quantile(0));
            Assert.Equal(double.NegativeInfinity, quantile(0.05));
            Assert.InRange(quantile(0.5), 3.9, 5.1);
            Assert.Equal(double.PositiveInfinity, quantile(1));
        }

        Func<double, double> Quantiles<T>(T sketch)
            where T : NumericSketch
        {
            sketch.Update(values);
            return sketch switch
            {
                KllSketch kll => kll.Quantile,
                DDSketch dd => dd.Quantile,
                TDigest digest => digest.Quantile,
                _ => throw new InvalidOperationException(),
            };
        }
    }

    [Fact]
    public void A_single_and_a_constant_value_are_every_quantile()
    {
        foreach (int n in (int[])[1, 100_000])
        {
            double[] values = new double[n];
            Array.Fill(values, 0.1);
            var kll = new KllSketch();
            var dd = new DDSketch();
            var digest = new TDigest();
            kll.Update(values);
            dd.Update(values);
            digest.Update(values);
            foreach (double q in Shares.All)
            {
                Assert.Equal(0.1, kll.Quantile(q));
                Assert.Equal(0.1, dd.Quantile(q));
                Assert.Equal(0.1, digest.Quantile(q));
            }
        }
    }

    [Fact]
    public void Empty_sketches_and_shares_that_are_none_are_refused()
    {
        Assert.Throws<InvalidOperationException>(() => new KllSketch().Quantile(0.5));
        Assert.Throws<InvalidOperationException>(() => new KllSketch().Rank(1));
        Assert.Throws<InvalidOperationException>(() => new DDSketch().Quantile(0.5));
        Assert.Throws<InvalidOperationException>(() => new TDigest().Quantile(0.5));
        Assert.Throws<InvalidOperationException>(() => new TDigest().Rank(0.5));
        foreach (double q in (double[])[-0.01, 1.01, double.NaN])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new KllSketch().Quantile(q));
            Assert.Throws<ArgumentOutOfRangeException>(() => new DDSketch().Quantile(q));
            Assert.Throws<ArgumentOutOfRangeException>(() => new TDigest().Quantile(q));
        }
        Assert.Throws<ArgumentException>(() => new KllSketch().Rank(double.NaN));
        Assert.True(double.IsNaN(new KllSketch().Minimum) && double.IsNaN(new DDSketch().Maximum) && double.IsNaN(new TDigest().Minimum));
    }

    [Fact]
    public void Parameters_out_of_range_and_merges_across_parameters_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new KllSketch(7));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KllSketch(65_536));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DDSketch(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DDSketch(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DDSketch(0.01, 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TDigest(9));
        Assert.Throws<ArgumentException>(() => new KllSketch(100).Merge(new KllSketch(200)));
        Assert.Throws<ArgumentException>(() => new DDSketch(0.01).Merge(new DDSketch(0.02)));
        Assert.Throws<ArgumentException>(() => new TDigest(100).Merge(new TDigest(200)));
    }

    [Fact]
    public void Ten_million_values_keep_the_bounds()
    {
        const int n = 10_000_000;
        double[] values = SketchData.Of("ascending", n);
        var kll = new KllSketch();
        var dd = new DDSketch();
        kll.Update(values);
        dd.Update(values);
        foreach (double q in Shares.All)
        {
            double want = values[(int)(q * (n - 1))];
            // Value and rank agree here; three times the 99 % bound is beyond chance.
            Assert.InRange(kll.Quantile(q), want - 3 * kll.NormalizedRankError * n, want + 3 * kll.NormalizedRankError * n);
            Assert.InRange(dd.Quantile(q), want * 0.99, want * 1.01);
        }
    }

    private static T Merged<T>(double[] values, int parts, Func<int, T> create)
        where T : NumericSketch, ISketch<T>
    {
        T merged = create(0);
        for (int part = 0; part < parts; part++)
        {
            T sketch = part == 0 ? merged : create(part);
            sketch.Update(values.AsSpan()[(int)((long)values.Length * part / parts)..(int)((long)values.Length * (part + 1) / parts)]);
            if (part > 0) merged.Merge(sketch);
        }
        return merged;
    }

    private static int CountAtMost(double[] sorted, double value)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (sorted[middle] <= value) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private static int CountBelow(double[] sorted, double value) => CountAtMost(sorted, Math.BitDecrement(value));
}
