using Lifecycle.Sdk.Drift;
using Lifecycle.Sdk.Quality;
using Xunit;

namespace Lifecycle.Sdk.Tests.Drift.Report;

public sealed class DriftReportTests
{
    [Fact]
    public void A_drifted_column_among_many_is_found_and_the_others_are_left_alone()
    {
        Column[] before = [.. Enumerable.Range(0, 100).Select(i => Column.Of("c" + i, Samples.Normal(500, (ulong)i + 1)))];
        Column[] after =
            [.. Enumerable.Range(0, 100).Select(i => Column.Of("c" + i, Samples.Normal(400, (ulong)i + 1001, i == 42 ? 1 : 0)))];
        foreach (DriftTest test in new[] { DriftTest.Auto, DriftTest.Wasserstein, DriftTest.PopulationStability, DriftTest.ChiSquare })
        {
            var options = new DriftOptions { Tests = { ["c42"] = test } };
            DriftReport report = DriftReport.Compare(new Table(before), new Table(after), options);
            Assert.True(report.Columns[42].Drifted, test.ToString());
            Assert.InRange(report.Columns.Count(column => column.Drifted), 1, 3);
        }
    }

    [Fact]
    public void Tests_are_chosen_by_type_and_size()
    {
        Assert.Equal(DriftTest.KolmogorovSmirnov, TestOf(Column.Of("x", Samples.Normal(500, 1))));
        Assert.Equal(DriftTest.Wasserstein, TestOf(Column.Of("x", Samples.Normal(10_000, 1))));
        Assert.Equal(DriftTest.KolmogorovSmirnov, TestOf(Column.Of("x", Array.ConvertAll(Samples.Normal(10_000, 1), z => 1 / z))));
        Assert.Equal(DriftTest.ChiSquare, TestOf(Column.Of("x", new[] { 1, 2, 3, 1, 2, 3, 2, 2, 2 })));
        Assert.Equal(DriftTest.ChiSquare, TestOf(Column.Of("x", new string?[] { "a", "b", "a", "b" })));
        Assert.Equal(DriftTest.TwoProportions, TestOf(Column.Of("x", new[] { true, false, true })));

        static DriftTest TestOf(Column column) => DriftReport.Compare(new Table(column), new Table(column)).Columns[0].Values!.Test;
    }

    [Fact]
    public void A_table_does_not_drift_from_itself()
    {
        Table table = new(
            Column.Of("number", Samples.Normal(300, 1)), Column.Of("flag", new bool[300]),
            Column.Of("text", Enumerable.Range(0, 300).Select(i => (string?)("t" + (i % 7))).ToArray()));
        DriftReport report = DriftReport.Compare(table, table);
        Assert.False(report.HasDrift);
        Assert.All(report.Columns, column => Assert.Equal((0.0, 1.0), (column.Values!.Statistic, column.Values.PValue)));
    }

    [Fact]
    public void Raw_values_and_the_saved_reference_agree_where_all_is_kept()
    {
        Table before = Mixed(800, 1), after = Mixed(700, 50);
        DriftReport raw = DriftReport.Compare(before, after);
        DriftReport saved = DriftReport.Compare(DriftReference.FromJson(DriftReference.Of(before).ToJson()), after);
        Assert.Equal(raw.ToJson(), saved.ToJson());
    }

    [Fact]
    public void A_large_saved_reference_gives_the_same_deciles_and_nearly_the_same_distances()
    {
        Table before = new(Column.Of("x", Samples.Normal(20_000, 1))), after = new(Column.Of("x", Samples.Normal(15_000, 2, 0.05)));
        DriftReference saved = DriftReference.FromJson(DriftReference.Of(before).ToJson());
        foreach (DriftTest test in new[] { DriftTest.PopulationStability, DriftTest.JensenShannon, DriftTest.ChiSquare })
        {
            double raw = Statistic(DriftReport.Compare(before, after, With(test)));
            Assert.Equal(raw, Statistic(DriftReport.Compare(saved, after, With(test))));
        }

        double exact = Statistic(DriftReport.Compare(before, after, With(DriftTest.KolmogorovSmirnov)));
        Assert.InRange(Statistic(DriftReport.Compare(saved, after, With(DriftTest.KolmogorovSmirnov))), exact - 0.01, exact);
        exact = Statistic(DriftReport.Compare(before, after, With(DriftTest.Wasserstein)));
        Assert.InRange(Statistic(DriftReport.Compare(saved, after, With(DriftTest.Wasserstein))), exact * 0.97, exact * 1.03);

        static DriftOptions With(DriftTest test) => new() { Tests = { ["x"] = test } };
        static double Statistic(DriftReport report) => report.Columns[0].Values!.Statistic;
    }

    [Fact]
    public void Statistics_are_those_of_the_functions_of_the_same_name()
    {
        double[] x = Samples.Normal(900, 3), y = Samples.Normal(700, 4, 0.2);
        Assert.Equal(KolmogorovSmirnov.Compare(x, y).Statistic, Of(DriftTest.KolmogorovSmirnov), 12);
        Assert.Equal(Wasserstein.NormedDistance(x, y).Value, Of(DriftTest.Wasserstein), 12);
        Assert.Equal(PopulationStabilityIndex.Compute(x, y).Value, Of(DriftTest.PopulationStability), 12);

        double Of(DriftTest test)
        {
            var options = new DriftOptions { Tests = { ["x"] = test } };
            return DriftReport.Compare(new Table(Column.Of("x", x)), new Table(Column.Of("x", y)), options).Columns[0].Values!.Statistic;
        }
    }

    [Fact]
    public void Missing_values_are_counted_and_their_share_is_tested()
    {
        double[] before = Samples.Normal(500, 5), after = Samples.Normal(500, 6);
        for (int i = 0; i < 100; i++) after[i * 3] = double.NaN;
        DriftReport report = DriftReport.Compare(new Table(Column.Of("x", before)), new Table(Column.Of("x", after)));
        ColumnDrift column = Assert.Single(report.Columns);
        Assert.Equal((500, 0, 400, 100), (column.ReferenceCount, column.ReferenceMissing, column.CurrentCount, column.CurrentMissing));
        Assert.False(column.Values!.Drifted);
        Assert.True(column.Missing!.Drifted);
        Assert.True(column.Missing.EffectSize > 0);
    }

    [Fact]
    public void Categories_never_seen_are_named_and_counted()
    {
        string?[] before = [.. Enumerable.Repeat<string?>("a", 60), .. Enumerable.Repeat<string?>("b", 40)];
        string?[] after = [.. Enumerable.Repeat<string?>("a", 60), .. Enumerable.Repeat<string?>("new", 39), null, "newer"];
        DriftReport report = DriftReport.Compare(new Table(Column.Of("x", before)), new Table(Column.Of("x", after)));
        ColumnDrift column = Assert.Single(report.Columns);
        Assert.Equal(40, column.NewCategoryValues);
        Assert.Equal([new DriftBin("new", 0, 39), new DriftBin("newer", 0, 1)], column.NewCategories);
        Assert.True(column.Values!.Drifted);
    }

    [Fact]
    public void Of_a_reference_with_too_many_categories_new_ones_are_reported_as_unknown()
    {
        string?[] ids = [.. Enumerable.Range(0, 3000).Select(i => "id" + i)];
        Table table = new(Column.Of("id", ids));
        ColumnDrift column = DriftReport.Compare(DriftReference.Of(table), table).Columns[0];
        Assert.Null(column.NewCategoryValues);
        Assert.False(column.Drifted);
    }

    [Fact]
    public void Columns_added_removed_and_retyped_are_reported()
    {
        Table before = new(Column.Of("gone", new[] { 1 }), Column.Of("kind", new[] { 1 }), Column.Of("width", new[] { 1 }));
        Table after = new(Column.Of("kind", new string?[] { "1" }), Column.Of("width", new[] { 1.0 }), Column.Of("new", new[] { true }));
        DriftReport report = DriftReport.Compare(before, after);
        Assert.Equal(
            [
                new SchemaChange("gone", SchemaChangeKind.Removed, "int32", null),
                new SchemaChange("kind", SchemaChangeKind.Retyped, "int32", "string"),
                new SchemaChange("width", SchemaChangeKind.Retyped, "int32", "double"),
                new SchemaChange("new", SchemaChangeKind.Added, null, "bool"),
            ],
            report.SchemaChanges);
        Assert.Equal("width", Assert.Single(report.Columns).Name);
    }

    [Fact]
    public void A_difference_below_the_smallest_effect_that_matters_is_not_an_alarm()
    {
        Table before = new(Column.Of("x", Samples.Normal(20_000, 7))), after = new(Column.Of("x", Samples.Normal(20_000, 8, 0.06)));
        Assert.True(DriftReport.Compare(before, after).HasDrift);
        Assert.False(DriftReport.Compare(before, after, new DriftOptions { MinimumEffect = 0.1 }).HasDrift);
    }

    [Fact]
    public void The_smallest_detectable_effect_is_detected_with_the_power()
    {
        // Shares whose Cohen's h is the detectable one: √ of the share turned by h/2 on the arcsine scale.
        const int rows = 400, columns = 400;
        double h = new DetectionLimits(0.05, 0.8).DetectableZ * Math.Sqrt(2.0 / rows);
        double shifted = Math.Pow(Math.Sin(Math.Asin(Math.Sqrt(0.3)) + (h / 2)), 2);
        Table before = Flags(1, 0.3), after = Flags(5_000, shifted);
        DriftReport report = DriftReport.Compare(before, after, new DriftOptions { Correction = DriftCorrection.None });
        Assert.Equal(h, report.Columns[0].Values!.SmallestDetectableEffect, 12);
        Assert.InRange(report.DriftedShare, 0.8 - 0.08, 0.8 + 0.08); // Four standard errors √(0.8·0.2/400).

        static Table Flags(ulong seed, double share) => new([.. Enumerable.Range(0, columns).Select(i =>
            (Column)Column.Of("c" + i, Array.ConvertAll(Samples.Bernoulli(rows, seed + (ulong)i, share), x => x == 1)))]);
    }

    [Theory]
    [InlineData(1, 7.849)]
    [InlineData(2, 9.635)]
    [InlineData(3, 10.903)]
    [InlineData(4, 11.935)]
    public void Noncentralities_are_the_tabulated_ones(int degrees, double expected) =>
        Assert.Equal(expected, new DetectionLimits(0.05, 0.8).Noncentrality(degrees), 2e-3);

    [Fact]
    public void A_shift_by_the_detectable_Wasserstein_distance_is_detected_with_at_least_the_power()
    {
        double shift = Compare(0, 1).Columns[0].Values!.SmallestDetectableEffect;
        Assert.InRange(Compare(shift, 200).DriftedShare, 0.68, 1);

        static DriftReport Compare(double mean, ulong seed)
        {
            var options = new DriftOptions { Correction = DriftCorrection.None };
            for (int i = 0; i < 100; i++) options.Tests["c" + i] = DriftTest.Wasserstein;
            return DriftReport.Compare(Normals(100, seed, 0), Normals(100, seed + 1_000, mean), options);
        }

        static Table Normals(int columns, ulong seed, double mean) =>
            new([.. Enumerable.Range(0, columns).Select(i => (Column)Column.Of("c" + i, Samples.Normal(100, seed + (ulong)i, mean)))]);
    }

    [Fact]
    public void Odd_columns_give_results_or_nothing_but_never_a_NaN()
    {
        double[][] odd =
        [
            [double.PositiveInfinity, double.NegativeInfinity, 1], [5], [0.0, -0.0], [double.MaxValue, -double.MaxValue, 0], [double.NaN],
            [], [double.Epsilon, 0, 1e-310], Samples.Normal(1100, 9), [.. Samples.Normal(1100, 9), double.PositiveInfinity],
        ];
        DriftTest[] tests = [DriftTest.Auto, DriftTest.KolmogorovSmirnov, DriftTest.Wasserstein, DriftTest.PopulationStability];
        for (int i = 0; i < odd.Length * odd.Length; i++)
        {
            // Every pair, by turns with each test, raw and saved.
            Table first = new(Column.Of("x", odd[i / odd.Length])), second = new(Column.Of("x", odd[i % odd.Length]));
            var options = new DriftOptions { Tests = { ["x"] = tests[i % 4] } };
            Check(DriftReport.Compare(first, second, options));
            options.Tests["x"] = tests[(i + 2) % 4];
            if (i % 2 == 0) Check(DriftReport.Compare(DriftReference.FromJson(DriftReference.Of(first).ToJson()), second, options));
        }

        static void Check(DriftReport report)
        {
            if (report.Columns[0].Values is not { } values) return;
            Assert.InRange(values.PValue, 0, 1);
            Assert.InRange(values.AdjustedPValue, 0, 1);
            Assert.DoesNotContain(double.NaN, new[] { values.Statistic, values.EffectSize, values.SmallestDetectableEffect });
            Assert.Contains("<svg", report.ToHtml(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Empty_tables_give_an_empty_report()
    {
        DriftReport report = DriftReport.Compare(new Table(), new Table());
        Assert.Empty(report.Columns);
        Assert.Contains("0 of 0 columns", report.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_settings_are_refused_by_name()
    {
        Table table = new(Column.Of("t", new string?[] { "a" }));
        Refused(new DriftOptions { Level = 0 }, "Level");
        Refused(new DriftOptions { Power = double.NaN }, "Power");
        Refused(new DriftOptions { MinimumEffect = -1 }, "MinimumEffect");
        Refused(new DriftOptions { Tests = { ["typo"] = DriftTest.Auto } }, "'typo'");
        Refused(new DriftOptions { Tests = { ["t"] = DriftTest.Wasserstein } }, "'t'");

        void Refused(DriftOptions options, string named) => Assert.Contains(
            named, Assert.ThrowsAny<ArgumentException>(() => DriftReport.Compare(table, table, options)).Message, StringComparison.Ordinal);
    }

    private static Table Mixed(int rows, ulong seed) => new(
        Column.Of("number", Samples.Normal(rows, seed)),
        Column.Of("rounded", Array.ConvertAll(Samples.Normal(rows, seed + 1), z => Math.Round(z, 1))),
        Column.Of("few", Array.ConvertAll(Samples.Normal(rows, seed + 2), z => (int)z)),
        Column.Of("flag", Array.ConvertAll(Samples.Normal(rows, seed + 3), z => z > 1 ? (bool?)null : z > 0)),
        Column.Of("text", Array.ConvertAll(Samples.Normal(rows, seed + 4), z => z > 2 ? null : $"<{(int)z}>")));
}
