using CsCheck;
using Lifecycle.Sdk.Evaluation;
using Xunit;

namespace Lifecycle.Sdk.Tests.Evaluation;

public sealed class FairnessReportTests
{
    private static readonly Gen<(bool[] Truth, bool[] Predicted, string[] Groups)> Cases =
        Gen.Int[1, 80].SelectMany(n => Gen.Select(Gen.Bool.Array[n], Gen.Bool.Array[n], Gen.OneOfConst("a", "b", "c").Array[n]));

    [Fact]
    public void Rates_are_shares_and_disparities_stay_in_range() => Cases.Sample((truth, predicted, groups) =>
    {
        var report = FairnessReport.Compute(truth, predicted, groups);

        Assert.Equal(truth.Length, report.Groups.Sum(group => group.Count));
        foreach (var disparity in new[] { report.DemographicParity, report.EqualizedOdds, report.EqualOpportunity, report.AccuracyParity })
        {
            foreach (var value in new[] { disparity.Difference, disparity.Ratio, disparity.DifferenceToOverall, disparity.RatioToOverall })
                Assert.True(double.IsNaN(value) || value is >= 0 and <= 1);
        }

        foreach (var group in report.Groups)
        {
            Assert.True(group.SelectionRateInterval.Lower <= group.SelectionRate
                && group.SelectionRate <= group.SelectionRateInterval.Upper);
            Assert.Equal(1, group.TruePositiveRate + group.FalseNegativeRate is double.NaN ? 1
                : group.TruePositiveRate + group.FalseNegativeRate, 1e-12);
        }
    });

    [Fact]
    public void Renaming_groups_and_reordering_rows_changes_no_disparity() => Cases.Sample((truth, predicted, groups) =>
    {
        var before = FairnessReport.Compute(truth, predicted, groups);
        var after = FairnessReport.Compute(
            [.. truth.Reverse()], [.. predicted.Reverse()], [.. groups.Reverse().Select(group => "z" + group)]);

        Assert.Equal(before.DemographicParity, after.DemographicParity);
        Assert.Equal(before.EqualizedOdds, after.EqualizedOdds);
        Assert.Equal(before.TheilIndex, after.TheilIndex);
    });

    [Fact]
    public void Equal_treatment_has_no_disparity()
    {
        bool[] truth = [true, false, true, false];
        var report = FairnessReport.Compute(truth, truth, ["a", "a", "b", "b"], new FairnessOptions { PrivilegedGroup = "a" });

        Assert.Equal(new Disparity(0, 1, 0, 1), report.DemographicParity);
        Assert.Equal(new Disparity(0, 1, 0, 1), report.EqualizedOdds);
        Assert.Equal(new PrivilegedComparison("a", 0, 1, 0, 0), report.Privileged);
        Assert.Equal(0, report.TheilIndex);
    }

    [Fact]
    public void A_group_that_nothing_is_known_about_is_left_out_or_zero_as_asked()
    {
        // Group c has no positives, so it has no true positive rate.
        bool[] truth = [true, true, true, true, false, false];
        bool[] predicted = [true, true, true, false, false, true];
        string[] groups = ["a", "a", "b", "b", "c", "c"];

        var left = FairnessReport.Compute(truth, predicted, groups);
        var zero = FairnessReport.Compute(truth, predicted, groups, new FairnessOptions { UndefinedRates = UndefinedRates.AsZero });

        Assert.Equal(double.NaN, left.Groups[2].TruePositiveRate);
        Assert.Equal((0.5, 0.5), (left.EqualOpportunity.Difference, left.EqualOpportunity.Ratio));
        Assert.Equal(0, zero.Groups[2].TruePositiveRate);
        Assert.Equal((1.0, 0.0), (zero.EqualOpportunity.Difference, zero.EqualOpportunity.Ratio));
    }

    [Fact]
    public void Small_groups_are_flagged_and_their_intervals_are_wide()
    {
        string[] groups = [.. Enumerable.Range(0, 103).Select(i => i < 100 ? "many" : "few")];
        bool[] all = [.. groups.Select((_, i) => i % 2 == 0)];
        var report = FairnessReport.Compute(all, all, groups);

        Assert.Equal([("few", true), ("many", false)], report.Groups.Select(group => (group.Group, group.IsSmall)));
        Assert.True(report.Groups[0].SelectionRateInterval.Upper - report.Groups[0].SelectionRateInterval.Lower > 0.6);
        Assert.Contains("few *", report.ToString(), StringComparison.Ordinal);
        Assert.Contains("* fewer than 30 rows", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Wilson_intervals_are_those_of_the_published_example_and_hold_at_the_ends()
    {
        // Newcombe, Statistics in Medicine 17 (1998), table I: 81/263, 15/148, 0/20, 1/29.
        foreach (var (hits, rows, low, high) in new[] { (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611),
            (1, 29, 0.0061, 0.1718) })
        {
            var interval = ConfidenceInterval.Wilson(hits, rows);
            Assert.Equal(low, interval.Lower, 5e-5);
            Assert.Equal(high, interval.Upper, 5e-5);
        }

        Assert.Equal(1, ConfidenceInterval.Wilson(20, 20).Upper);
        Assert.Equal(double.NaN, ConfidenceInterval.Wilson(0, 0).Lower);
        Assert.Throws<ArgumentOutOfRangeException>(() => ConfidenceInterval.Wilson(3, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConfidenceInterval.Wilson(-1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConfidenceInterval.Wilson(1, 2, 0));
    }

    [Fact]
    public void An_intersection_can_be_unfair_where_each_attribute_is_not()
    {
        string[] sex = ["f", "f", "m", "m"], age = ["old", "young", "old", "young"];
        bool[] selected = [true, false, false, true];

        Assert.Equal(0, FairnessReport.Compute(selected, selected, sex).DemographicParity.Difference);
        Assert.Equal(0, FairnessReport.Compute(selected, selected, age).DemographicParity.Difference);
        var both = FairnessReport.Compute(selected, selected, SensitiveGroups.Intersect(sex, age));
        Assert.Equal(1, both.DemographicParity.Difference);
        Assert.Equal(["f & old", "f & young", "m & old", "m & young"], both.Groups.Select(group => group.Group));
        Assert.Throws<ArgumentException>(() => SensitiveGroups.Intersect());
        Assert.Throws<ArgumentException>(() => SensitiveGroups.Intersect(sex, ["old"]));
    }

    [Fact]
    public void When_nobody_is_selected_ratios_do_not_exist()
    {
        var report = FairnessReport.Compute([true, false], [false, false], ["a", "b"], new FairnessOptions { PrivilegedGroup = "a" });

        Assert.Equal((0.0, double.NaN), (report.DemographicParity.Difference, report.DemographicParity.Ratio));
        Assert.Equal(double.NaN, report.Privileged!.DisparateImpact);
        Assert.Equal(double.NaN, FairnessReport.Compute([true], [false], ["a"]).TheilIndex);
    }

    [Fact]
    public void Reports_survive_JSON_with_NaN()
    {
        var report = FairnessReport.Compute(
            [true, false, true], [false, false, true], ["a", "b", "b"], new FairnessOptions { PrivilegedGroup = "b" });
        var read = FairnessReport.FromJson(report.ToJson());

        Assert.Equal(report.Groups, read.Groups);
        Assert.Equal((report.Overall, report.EqualizedOdds, report.Privileged), (read.Overall, read.EqualizedOdds, read.Privileged));
        Assert.Equal(report.ToString(), read.ToString());
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        Assert.Throws<ArgumentException>(() => FairnessReport.Compute([], [], []));
        Assert.Equal("groups", Assert.Throws<ArgumentException>(() => FairnessReport.Compute([true], [true], ["a", "b"])).ParamName);
        Assert.Equal("groups", Assert.Throws<ArgumentException>(() => FairnessReport.Compute([true], [true], [null!])).ParamName);
        Assert.Contains("'z' has no rows", Assert.Throws<ArgumentException>(() => FairnessReport.Compute(
            [true], [true], ["a"], new FairnessOptions { PrivilegedGroup = "z" })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(
            () => FairnessReport.Compute([true], [true], ["a"], new FairnessOptions { ConfidenceLevel = 1 }));
    }
}
