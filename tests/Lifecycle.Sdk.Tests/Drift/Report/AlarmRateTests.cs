using System.Globalization;
using Lifecycle.Sdk.Drift;
using Lifecycle.Sdk.Numerics;
using Lifecycle.Sdk.Quality;
using Xunit;

namespace Lifecycle.Sdk.Tests.Drift.Report;

/// <summary>
/// Without drift the alarm rate is the one asked for, by simulation. The tolerance is four standard errors √(0.05·0.95/columns) of the
/// simulation and half a point for the calibration; all is seeded, so a failure is a change of the code.
/// </summary>
public sealed class AlarmRateTests
{
    private const double Level = 0.05;

    [Theory]
    [InlineData(DriftTest.Auto, 100, 600, 0.015)] // D of 100 against 100 moves in steps: its exact rate is 3.64 %.
    [InlineData(DriftTest.Auto, 1_000, 600, 0.005)]
    [InlineData(DriftTest.Auto, 10_000, 200, 0)]
    [InlineData(DriftTest.Wasserstein, 100, 200, 0)]
    [InlineData(DriftTest.PopulationStability, 100, 600, 0)]
    [InlineData(DriftTest.PopulationStability, 1_000, 600, 0)]
    [InlineData(DriftTest.PopulationStability, 10_000, 200, 0)]
    [InlineData(DriftTest.JensenShannon, 100, 600, 0)]
    [InlineData(DriftTest.JensenShannon, 10_000, 200, 0)]
    [InlineData(DriftTest.ChiSquare, 100, 600, 0)]
    public void Raw_columns_without_drift_alarm_at_the_level(DriftTest test, int rows, int columns, double steps)
    {
        Table reference = Skewed(rows, columns, 1), current = Skewed(rows, columns, 2);
        RequireLevel(DriftReport.Compare(reference, current, Options(reference, test)), steps);
    }

    [Theory]
    [InlineData(DriftTest.KolmogorovSmirnov, 10_000, 1_000)]
    [InlineData(DriftTest.Wasserstein, 10_000, 10_000)]
    [InlineData(DriftTest.PopulationStability, 10_000, 100)]
    public void Columns_against_a_saved_reference_alarm_at_the_level(DriftTest test, int referenceRows, int rows)
    {
        Table reference = Skewed(referenceRows, 200, 3);
        DriftReference saved = DriftReference.FromJson(DriftReference.Of(reference).ToJson());
        RequireLevel(DriftReport.Compare(saved, Skewed(rows, 200, 4), Options(reference, test)), 0);
    }

    [Theory]
    [InlineData(DriftTest.PopulationStability, 100, 400)]
    [InlineData(DriftTest.PopulationStability, 1_000, 200)]
    public void Unequal_sizes_alarm_at_the_level(DriftTest test, int referenceRows, int rows)
    {
        Table reference = Skewed(referenceRows, 600, 5);
        RequireLevel(DriftReport.Compare(reference, Skewed(rows, 600, 6), Options(reference, test)), 0);
    }

    [Theory]
    [InlineData(100, 0.015)]
    [InlineData(20_000, 0)]
    public void Numbers_with_many_ties_alarm_at_the_level(int rows, double steps)
    {
        // 50 values, one of them half of all: the law of continuous samples would alarm in under 2 %.
        Table reference = Tied(rows, 7), current = Tied(rows, 8);
        RequireLevel(DriftReport.Compare(reference, current, Options(reference, DriftTest.KolmogorovSmirnov)), steps);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(10_000)]
    public void Categories_and_Booleans_alarm_at_the_level(int rows)
    {
        Table reference = Categories(rows, 9), current = Categories(rows, 10);
        RequireLevel(DriftReport.Compare(reference, current, Options(reference, DriftTest.Auto)), 0.005);
    }

    [Theory]
    [InlineData(DriftTest.PopulationStability)]
    [InlineData(DriftTest.JensenShannon)]
    [InlineData(DriftTest.ChiSquare)]
    public void A_million_against_a_million_alarms_at_the_level(DriftTest test)
    {
        // Counts are all that these tests see, so the columns need not be made.
        var limits = new DetectionLimits(Level, 0.8);
        var sampler = new CountSampler(11);
        int alarms = 0;
        for (int i = 0; i < 2_000; i++)
        {
            double[] reference = Counts(ref sampler, 1_000_000, 10), current = Counts(ref sampler, 1_000_000, 10);
            if (HistogramTest.Compare(test, reference, current, false, limits, 1).PValue <= Level) alarms++;
        }

        Assert.InRange(alarms / 2_000.0, Level - 0.0195, Level + 0.0195);
    }

    [Fact]
    public void A_report_of_many_columns_alarms_at_the_level_as_a_whole()
    {
        int alarms = 0;
        for (ulong i = 0; i < 200; i++)
        {
            if (DriftReport.Compare(Skewed(150, 20, 100 + i), Skewed(170, 20, 500 + i)).HasDrift) alarms++;
        }

        Assert.InRange(alarms / 200.0, 0.005, Level + 0.06);
    }

    [Fact]
    public void A_fixed_limit_of_a_tenth_alarms_in_most_samples_of_a_hundred_and_the_calibrated_one_does_not()
    {
        Table reference = Skewed(100, 400, 12);
        DriftReport report = DriftReport.Compare(reference, Skewed(100, 400, 13), Options(reference, DriftTest.PopulationStability));
        Assert.InRange(report.Columns.Count(column => column.Values!.Statistic > 0.1) / 400.0, 0.75, 0.95);
        Assert.InRange(report.DriftedShare, 0.01, 0.09);
        // 18.7/50 by 4,000 draws of the exact law in another language.
        Assert.All(report.Columns, column => Assert.InRange(column.Values!.Threshold!.Value, 0.34, 0.41));
    }

    [Fact]
    public void Thresholds_shrink_with_the_sizes_and_agree_with_the_p_value()
    {
        double before = double.PositiveInfinity;
        foreach (int rows in new[] { 100, 1_000, 10_000 })
        {
            Table reference = Skewed(rows, 40, 14);
            DriftReport report = DriftReport.Compare(reference, Skewed(rows, 40, 15), Options(reference, DriftTest.JensenShannon));
            foreach (DriftTestResult test in report.Columns.Select(column => column.Values!))
                Assert.Equal(test.PValue <= Level, test.Statistic >= test.Threshold);
            Assert.True(report.Columns[0].Values!.Threshold < before);
            before = report.Columns[0].Values!.Threshold!.Value;
        }
    }

    private static DriftOptions Options(Table table, DriftTest test)
    {
        var options = new DriftOptions { Correction = DriftCorrection.None, Level = Level };
        foreach (Column column in table) options.Tests[column.Name] = test;
        return options;
    }

    private static void RequireLevel(DriftReport report, double steps)
    {
        double tolerance = (4 * Math.Sqrt(Level * (1 - Level) / report.Columns.Count)) + 0.005;
        Assert.InRange(report.DriftedShare, Level - tolerance - steps, Level + tolerance);
    }

    // Exponential values: skewed, so that no test profits from symmetry.
    private static Table Skewed(int rows, int columns, ulong seed) =>
        Make(columns, seed, (name, random) => Column.Of(name, Fill(rows, random, u => -Math.Log(1 - u))));

    private static Table Tied(int rows, ulong seed) =>
        Make(120, seed, (name, random) => Column.Of(name, Fill(rows, random, u => u < 0.5 ? 0 : Math.Floor(u * 100))));

    private static Table Categories(int rows, ulong seed) => Make(120, seed, (name, random) => name[^1] % 2 == 0
        ? Column.Of(name, Array.ConvertAll(Fill(rows, random, u => u), u => u < 0.3))
        : Column.Of(name, Array.ConvertAll(Fill(rows, random, u => Math.Floor(-3 * Math.Log(1 - u))), Name)));

    private static string? Name(double category) => category.ToString(CultureInfo.InvariantCulture);

    private static Table Make(int columns, ulong seed, Func<string, SplitMix64, Column> make) =>
        new([.. Enumerable.Range(0, columns).Select(i => make("c" + i, new SplitMix64(seed + (1_000_003 * (ulong)(i + 1)))))]);

    private static double[] Fill(int rows, SplitMix64 random, Func<double, double> map)
    {
        double[] values = new double[rows];
        for (int i = 0; i < rows; i++) values[i] = map(random.NextDouble());
        return values;
    }

    private static double[] Counts(ref CountSampler sampler, long total, int cells)
    {
        double[] counts = new double[cells];
        for (int i = 0; i < cells; i++)
        {
            long drawn = i == cells - 1 ? total : sampler.Binomial(total, 1.0 / (cells - i));
            counts[i] = drawn;
            total -= drawn;
        }

        return counts;
    }
}
