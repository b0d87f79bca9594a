using Lifecycle.Sdk.Drift;
using Xunit;

namespace Lifecycle.Sdk.Tests.Drift.Streaming;

/// <summary>Seeded simulations: alarms without drift stay within what theory allows, and a shift is found.</summary>
public sealed class DetectionTests
{
    [Fact]
    public void Adwin_cuts_a_stationary_stream_no_oftener_than_delta_per_examination()
    {
        // The theorem bounds the probability of a cut at one examination by δ; here with one per value.
        const double Delta = 0.05;
        var detector = new AdwinDetector(new AdwinOptions { Delta = Delta, Clock = 1 });

        Assert.InRange(AlarmRate(detector, Samples.Bernoulli(50_000, 1, 0.3)), 0, Delta / 10);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void Hoeffding_detectors_alarm_no_oftener_than_their_confidence_per_value(double rate)
    {
        var stream = Samples.Bernoulli(200_000, 2, rate);

        Assert.InRange(AlarmRate(new HddmADetector(new HddmOptions { TwoSided = true }), stream), 0, 0.001);
        Assert.InRange(AlarmRate(new HddmWDetector(), stream), 0, 0.001);
    }

    [Fact]
    public void Ddm_alarms_no_oftener_than_three_standard_deviations_allow() =>
        Assert.InRange(AlarmRate(new DdmDetector(), Samples.Bernoulli(200_000, 3, 0.2)), 0, 0.00135);

    [Fact]
    public void Kswin_rejects_a_stationary_stream_no_oftener_than_alpha()
    {
        // Comparisons overlap, so alarms come in clusters that the restart cuts short; the level bounds the rate all the same.
        const double Alpha = 0.02;
        var detector = new KswinDetector(new KswinOptions { Alpha = Alpha, Seed = 4 });

        var rate = AlarmRate(detector, Samples.Normal(40_000, 4));

        Assert.InRange(rate, Alpha / 20, Alpha);
    }

    [Fact]
    public void Cusum_runs_as_long_between_false_alarms_as_the_tables_say()
    {
        // Two-sided average run length for k = ½, h = 5 on normal values: 465 (Montgomery). Twelve uniforms have lighter tails.
        var rate = AlarmRate(new CusumDetector(new CusumOptions { Mean = 10, StandardDeviation = 2 }), Samples.Normal(400_000, 5, 10, 2));

        Assert.InRange(1 / rate, 440, 560);
    }

    [Fact]
    public void Page_Hinkley_runs_as_long_between_false_alarms_as_Siegmund_s_formula_allows()
    {
        // With b = λ + 1.166σ: (exp(2δb) - 1 - 2δb)/(2δ²) = 2074 values one-sided, half of that two-sided.
        // The mean that has to be estimated after each start costs some.
        var detector = new PageHinkleyDetector(new PageHinkleyOptions { Alpha = 1, Delta = 0.25, Threshold = 10 });

        Assert.InRange(1 / AlarmRate(detector, Samples.Normal(400_000, 6)), 500, 2100);
    }

    public static TheoryData<string, double, double, int> Shifts => new()
    {
        { "adwin", 0.2, 0.5, 300 },
        { "adwin", 0.5, 0.2, 300 },
        { "page-hinkley", 0.2, 0.5, 400 },
        { "page-hinkley", 0.5, 0.2, 400 },
        { "ddm", 0.1, 0.5, 200 },
        { "eddm", 0.02, 0.5, 300 },
        { "hddm-a", 0.2, 0.5, 300 },
        { "hddm-a", 0.5, 0.2, 300 },
        { "hddm-w", 0.1, 0.7, 100 },
        { "hddm-w", 0.7, 0.1, 100 },
        { "kswin", 0.1, 0.9, 60 },
    };

    [Theory]
    [MemberData(nameof(Shifts))]
    public void A_shift_is_found_soon(string name, double before, double after, int within)
    {
        DriftDetector detector = name switch
        {
            "adwin" => new AdwinDetector(),
            "page-hinkley" => new PageHinkleyDetector(),
            "ddm" => new DdmDetector(),
            "eddm" => new EddmDetector(),
            "hddm-a" => new HddmADetector(new HddmOptions { TwoSided = true }),
            "hddm-w" => new HddmWDetector(new HddmOptions { TwoSided = true }),
            _ => new KswinDetector(),
        };
        var missed = 0;
        for (ulong seed = 0; seed < 40; seed++)
        {
            detector.Reset();
            foreach (var value in Samples.Bernoulli(1000, 2 * seed, before)) detector.Update(value);
            if (!Samples.Bernoulli(within, (2 * seed) + 1, after).Any(value => detector.Update(value) == DriftState.Drift)) missed++;
        }

        Assert.True(missed <= 1, $"missed {missed} of 40");
    }

    [Fact]
    public void One_sided_detectors_ignore_the_other_side()
    {
        double[] fall = [.. Samples.Bernoulli(2000, 1, 0.9), .. Samples.Bernoulli(2000, 2, 0.1)];

        Assert.Equal(0, AlarmRate(new HddmADetector(), fall));
        Assert.Equal(0, AlarmRate(new PageHinkleyDetector(new PageHinkleyOptions { Direction = DriftDirection.Up }), fall));
        Assert.True(AlarmRate(new PageHinkleyDetector(new PageHinkleyOptions { Direction = DriftDirection.Down }), fall) > 0);
    }

    [Fact]
    public void The_window_of_Adwin_is_the_end_of_the_stream()
    {
        var detector = new AdwinDetector(new AdwinOptions { Clock = 5 });
        double[] stream = [.. Samples.Normal(700, 1), .. Samples.Normal(300, 2, 4), .. Samples.Normal(500, 3, -1, 0.1)];
        for (var i = 0; i < stream.Length; i++)
        {
            detector.Update(stream[i]);
            if (i % 37 != 0) continue;
            var window = stream.AsSpan(0, i + 1)[^(int)detector.Width..].ToArray();
            Samples.Close(window.Sum(), detector.Total, 1e-9, 1e-9);
            var mean = window.Average();
            Samples.Close(window.Average(v => (v - mean) * (v - mean)), detector.Variance, 1e-9, 1e-12);
        }

        Assert.InRange(detector.Width, 400, 600);
    }

    [Fact]
    public void Adwin_keeps_its_memory_and_its_precision_over_a_long_stream()
    {
        var detector = new AdwinDetector();
        for (var i = 0; i < 1_000_000; i++) detector.Update(1e6 + (i % 2));

        Assert.Equal(1_000_000, detector.Width);
        Assert.Equal(0.25, detector.Variance, 1e-9);
        Assert.InRange(Detectors.Save(detector).Length, 100, 3000);
    }

    [Fact]
    public void Kswin_compares_order_only_so_infinities_are_values()
    {
        var detector = new KswinDetector(new KswinOptions { WindowSize = 20, SampleSize = 10, Alpha = 0.01 });
        foreach (var value in Samples.Normal(20, 1)) Assert.Equal(DriftState.Stable, detector.Update(value));
        Assert.InRange(detector.PValue, 0.01, 1);
        DriftState last = default;
        for (var i = 0; i < 10 && last != DriftState.Drift; i++) last = detector.Update(double.PositiveInfinity);

        Assert.Equal(DriftState.Drift, last);
        Assert.InRange(detector.Statistic, 0.7, 1);
    }

    [Fact]
    public void Exact_p_values_of_equal_sizes_are_shares_of_lattice_paths()
    {
        foreach (var n in (int[])[1, 2, 7, 30])
        {
            var pValues = EqualSizeKs.PValues(n);
            for (var h = 0; h <= n; h++) Samples.Close(ShareOfPathsReaching(n, h), pValues[h], 1e-12, 1e-14);
        }
    }

    [Fact]
    public void The_height_of_tied_samples_passes_ties_together()
    {
        Assert.Equal(0, EqualSizeKs.Height([1, 1, 2], [1, 1, 2]));
        Assert.Equal(3, EqualSizeKs.Height([1, 1, 1], [2, 2, 2]));
        Assert.Equal(3, EqualSizeKs.Height([2, 2, 2], [1, 1, 1]));
        Assert.Equal(1, EqualSizeKs.Height([0, 1, 1], [1, 1, 2]));
        Assert.Equal(2, EqualSizeKs.Height([double.NegativeInfinity, 0, 1], [0, double.PositiveInfinity, double.PositiveInfinity]));
    }

    private static double AlarmRate(DriftDetector detector, double[] stream)
    {
        var alarms = stream.Count(value => detector.Update(value) == DriftState.Drift);
        return (double)alarms / stream.Length;
    }

    /// <summary>Share of paths from (0,0) to (n,n) that touch |i-j| ≥ h, by counting the others.</summary>
    private static double ShareOfPathsReaching(int n, int h)
    {
        double[,] within = new double[n + 1, n + 1], all = new double[n + 1, n + 1];
        for (var i = 0; i <= n; i++)
        {
            for (var j = 0; j <= n; j++)
            {
                all[i, j] = i + j == 0 ? 1 : (i > 0 ? all[i - 1, j] : 0) + (j > 0 ? all[i, j - 1] : 0);
                var before = i + j == 0 ? 1 : (i > 0 ? within[i - 1, j] : 0) + (j > 0 ? within[i, j - 1] : 0);
                within[i, j] = Math.Abs(i - j) < h ? before : 0;
            }
        }

        return (all[n, n] - within[n, n]) / all[n, n];
    }
}
