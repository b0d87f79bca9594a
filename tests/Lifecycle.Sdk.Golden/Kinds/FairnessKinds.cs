using System.Globalization;
using Lifecycle.Sdk.Evaluation;

namespace Lifecycle.Sdk.Golden.Kinds;

/// <summary>Group fairness, with the reference's rule that an unavailable rate is zero.</summary>
internal static class FairnessKinds
{
    public static void Register(KindTable table) => table.Add("fairness", Fairness);

    private static GoldenResult Fairness(GoldenCase golden)
    {
        string[] groups = [.. golden.IntegerInput("s").Select(group => group.ToString(CultureInfo.InvariantCulture))];
        var privileged = golden.Argument("privileged");
        var report = FairnessReport.Compute(
            ClassificationMetrics.ToBinary(golden.IntegerInput("y")),
            ClassificationMetrics.ToBinary(golden.IntegerInput("f")),
            groups,
            new FairnessOptions
            {
                PrivilegedGroup = groups.Contains(privileged) ? privileged : null,
                UndefinedRates = UndefinedRates.AsZero,
            });
        var result = new GoldenResult()
            .With("overall", Rates(report.Overall))
            .With("by_group", report.Groups.ToDictionary(group => group.Group, Rates))
            .With("demographic_parity_difference", report.DemographicParity.Difference)
            .With("demographic_parity_ratio", report.DemographicParity.Ratio)
            .With("demographic_parity_difference_to_overall", report.DemographicParity.DifferenceToOverall)
            .With("demographic_parity_ratio_to_overall", report.DemographicParity.RatioToOverall)
            .With("equalized_odds_difference", report.EqualizedOdds.Difference)
            .With("equalized_odds_ratio", report.EqualizedOdds.Ratio)
            .With("equal_opportunity_difference", report.EqualOpportunity.Difference)
            .With("equal_opportunity_ratio", report.EqualOpportunity.Ratio)
            .With("accuracy_difference", report.AccuracyParity.Difference)
            .With("aif_theil_index", report.TheilIndex);
        if (report.Privileged is { } comparison)
        {
            result.With("aif_statistical_parity_difference", comparison.StatisticalParityDifference)
                .With("aif_disparate_impact", comparison.DisparateImpact)
                .With("aif_average_odds_difference", comparison.AverageOddsDifference)
                .With("aif_equal_opportunity_difference", comparison.EqualOpportunityDifference);
        }

        return result;
    }

    private static Dictionary<string, object> Rates(GroupRates rates) => new(StringComparer.Ordinal)
    {
        ["count"] = rates.Count,
        ["accuracy"] = rates.Accuracy,
        ["selection_rate"] = rates.SelectionRate,
        ["true_positive_rate"] = rates.TruePositiveRate,
        ["false_positive_rate"] = rates.FalsePositiveRate,
        ["true_negative_rate"] = rates.TrueNegativeRate,
        ["false_negative_rate"] = rates.FalseNegativeRate,
        ["precision"] = rates.Precision,
    };
}
