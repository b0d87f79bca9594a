namespace Lifecycle.Sdk.Evaluation;

/// <summary>
/// One privileged group against all other rows together; differences are the others minus the privileged, so negative is to their
/// disadvantage.
/// </summary>
/// <remarks>Source: Bellamy et al., "AI Fairness 360", IBM Journal of Research and Development 63 (2019).</remarks>
/// <param name="PrivilegedGroup">The privileged group.</param>
/// <param name="StatisticalParityDifference">The difference of the selection rates, in [-1, 1].</param>
/// <param name="DisparateImpact">
/// The selection rate of the others over that of the privileged, at least 0; below 0.8 is the alarm of the four-fifths rule (EEOC,
/// 1978). NaN when nobody in the privileged group was selected.
/// </param>
/// <param name="AverageOddsDifference">The mean of the differences of false and of true positive rates, in [-1, 1].</param>
/// <param name="EqualOpportunityDifference">The difference of the true positive rates, in [-1, 1].</param>
public sealed record PrivilegedComparison(
    string PrivilegedGroup,
    double StatisticalParityDifference,
    double DisparateImpact,
    double AverageOddsDifference,
    double EqualOpportunityDifference)
{
    internal static PrivilegedComparison Of(GroupRates privileged, GroupRates others)
    {
        var hits = others.TruePositiveRate - privileged.TruePositiveRate;
        return new PrivilegedComparison(
            privileged.Group,
            others.SelectionRate - privileged.SelectionRate,
            privileged.SelectionRate == 0 ? double.NaN : others.SelectionRate / privileged.SelectionRate,
            (others.FalsePositiveRate - privileged.FalsePositiveRate + hits) / 2,
            hits);
    }
}
