using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>
/// How a binary decision treats groups: rates by group with intervals, and how far apart they are. It measures; whether a difference
/// is unjust is not for a number to say. Immutable; <see cref="ToString"/> gives aligned text, <see cref="ToJson"/> keeps it.
/// </summary>
/// <remarks>
/// Sources: Hardt, Price and Srebro, "Equality of opportunity in supervised learning", NeurIPS 2016 (odds, opportunity); Dwork et al.,
/// "Fairness through awareness", ITCS 2012 (parity); Speicher et al., "A unified approach to quantifying algorithmic unfairness",
/// KDD 2018 (Theil). The numbers equal fairlearn's with <see cref="UndefinedRates.AsZero"/>.
/// </remarks>
public sealed record FairnessReport
{
    private const string SmallMark = " *";

    /// <summary>All rows together.</summary>
    public required GroupRates Overall { get; init; }

    /// <summary>Each group, sorted by name (ordinal).</summary>
    public required IReadOnlyList<GroupRates> Groups { get; init; }

    /// <summary>How far the selection rates are apart.</summary>
    public required Disparity DemographicParity { get; init; }

    /// <summary>How far the true or the false positive rates are apart, the worse of the two in each respect.</summary>
    public required Disparity EqualizedOdds { get; init; }

    /// <summary>How far the true positive rates are apart.</summary>
    public required Disparity EqualOpportunity { get; init; }

    /// <summary>How far the accuracies are apart.</summary>
    public required Disparity AccuracyParity { get; init; }

    /// <summary>
    /// The Theil index of the benefits b = predicted - truth + 1 of all rows, mean(b/μ ln(b/μ)): 0 when all benefit alike, up to ln n;
    /// NaN when nobody benefits.
    /// </summary>
    public required double TheilIndex { get; init; }

    /// <summary>The privileged group against the others; null when none was named, or when there are no others.</summary>
    public PrivilegedComparison? Privileged { get; init; }

    /// <summary>The fewest rows a group needs not to be flagged as small.</summary>
    public required int SmallGroup { get; init; }

    /// <summary>
    /// Every number between groups by name, such as <c>demographic_parity_difference</c>; those of the privileged group only when one was
    /// named.
    /// </summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, double> Metrics
    {
        get
        {
            var metrics = new Dictionary<string, double>(StringComparer.Ordinal) { ["theil_index"] = TheilIndex };
            foreach (var (name, disparity) in Disparities())
            {
                metrics[name + "_difference"] = disparity.Difference;
                metrics[name + "_ratio"] = disparity.Ratio;
                metrics[name + "_difference_to_overall"] = disparity.DifferenceToOverall;
                metrics[name + "_ratio_to_overall"] = disparity.RatioToOverall;
            }

            if (Privileged is { } privileged)
            {
                metrics["disparate_impact"] = privileged.DisparateImpact;
                metrics["statistical_parity_difference"] = privileged.StatisticalParityDifference;
                metrics["average_odds_difference"] = privileged.AverageOddsDifference;
            }

            return metrics;
        }
    }

    /// <summary>Computes the report. O(rows) with a dictionary, O(groups) memory.</summary>
    /// <param name="truth">Whether each row is truly positive.</param>
    /// <param name="predicted">Whether each row was predicted positive: selected.</param>
    /// <param name="groups">The group of each row; see <see cref="SensitiveGroups.Intersect"/> for several attributes at once.</param>
    /// <param name="options">How to compute; null takes the defaults.</param>
    /// <exception cref="ArgumentException">
    /// No rows, unequal lengths, a null group, an unknown privileged group, or options out of range.
    /// </exception>
    public static FairnessReport Compute(
        ReadOnlySpan<bool> truth, ReadOnlySpan<bool> predicted, ReadOnlySpan<string> groups, FairnessOptions? options = null)
    {
        options ??= new FairnessOptions();
        InputRules.Rows(truth.Length, predicted.Length, nameof(predicted));
        InputRules.SameLength(truth.Length, groups.Length, nameof(groups));
        ArgumentOutOfRangeException.ThrowIfNegative(options.SmallGroup, nameof(options));

        var counts = Count(truth, predicted, groups);
        var all = counts.Values.Aggregate((a, b) => a + b);
        var overall = GroupRates.Of("", all, options);
        GroupRates[] rates = [.. counts.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(
            pair => GroupRates.Of(pair.Key, pair.Value, options))];
        var opportunity = Disparity.Of(rates, overall, rate => rate.TruePositiveRate);
        return new FairnessReport
        {
            Overall = overall,
            Groups = rates,
            DemographicParity = Disparity.Of(rates, overall, rate => rate.SelectionRate),
            EqualizedOdds = Disparity.Worse(opportunity, Disparity.Of(rates, overall, rate => rate.FalsePositiveRate)),
            EqualOpportunity = opportunity,
            AccuracyParity = Disparity.Of(rates, overall, rate => rate.Accuracy),
            TheilIndex = Theil(all),
            Privileged = Compare(counts, all, options),
            SmallGroup = options.SmallGroup,
        };
    }

    /// <summary>Reads a report that <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">The text is not such a report.</exception>
    public static FairnessReport FromJson(string json) =>
        JsonSerializer.Deserialize(json, EvaluationJson.Default.FairnessReport) ?? throw new JsonException("The report is null.");

    /// <summary>The report as JSON, with NaN as the string <c>"NaN"</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, EvaluationJson.Default.FairnessReport);

    /// <summary>The report as aligned text: a line per group, then a line per disparity. Small groups carry a star.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(GroupTable().ToString()).Append('\n').Append(DisparityTable());
        text.Append(CultureInfo.InvariantCulture, $"Theil index {TheilIndex:0.0000}\n");
        if (Privileged is { } p)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"others against '{TextTable.Shorten(p.PrivilegedGroup)}': disparate impact {p.DisparateImpact:0.000}, " +
                $"parity {p.StatisticalParityDifference:+0.000;-0.000}, average odds {p.AverageOddsDifference:+0.000;-0.000}\n");
        }

        if (Groups.Any(group => group.IsSmall))
            text.Append(CultureInfo.InvariantCulture, $"* fewer than {SmallGroup} rows: mind the intervals\n");
        return text.ToString();
    }

    private static Dictionary<string, OutcomeCounts> Count(
        ReadOnlySpan<bool> truth, ReadOnlySpan<bool> predicted, ReadOnlySpan<string> groups)
    {
        var counts = new Dictionary<string, OutcomeCounts>(StringComparer.Ordinal);
        for (var i = 0; i < groups.Length; i++)
        {
            if (groups[i] is null)
                throw new ArgumentException(
                    $"The group at position {i} is null; name the unknown, for example \"unknown\".", nameof(groups));
            CollectionsMarshal.GetValueRefOrAddDefault(counts, groups[i], out _).Add(truth[i], predicted[i]);
        }

        return counts;
    }

    private static PrivilegedComparison? Compare(Dictionary<string, OutcomeCounts> counts, OutcomeCounts all, FairnessOptions options)
    {
        if (options.PrivilegedGroup is not { } name)
            return null;
        if (!counts.TryGetValue(name, out var privileged))
        {
            throw new ArgumentException(
                $"The privileged group '{name}' has no rows; the groups are "
                + $"{string.Join(", ", counts.Keys.Order(StringComparer.Ordinal).Take(20))}.",
                nameof(options));
        }

        if (privileged.Count == all.Count)
            return null;
        var others = counts.Where(pair => pair.Key != name).Select(pair => pair.Value).Aggregate((a, b) => a + b);
        return PrivilegedComparison.Of(GroupRates.Of(name, privileged, options), GroupRates.Of("", others, options));
    }

    /// <summary>Benefits are 0 for a false negative, 2 for a false positive, else 1; 0 ln 0 is 0.</summary>
    private static double Theil(OutcomeCounts counts)
    {
        double n = counts.Count;
        var right = counts.TruePositives + counts.TrueNegatives;
        var mean = (right + (2.0 * counts.FalsePositives)) / n;
        if (mean == 0)
            return double.NaN;
        var sum = (right / mean * Math.Log(1 / mean)) + (counts.FalsePositives * (2 / mean) * Math.Log(2 / mean));
        return Math.Max(0, sum / n);
    }

    private TextTable GroupTable()
    {
        var table = new TextTable("group", "rows", "selected", "interval", "TPR", "interval", "FPR", "interval", "accuracy", "precision");
        foreach (var group in Groups.Append(Overall with { Group = "(all)" }))
        {
            table.Add(
                TextTable.Shorten(group.Group, TextTable.LongestCell - SmallMark.Length) + (group.IsSmall ? SmallMark : ""),
                group.Count.ToString(CultureInfo.InvariantCulture),
                Share(group.SelectionRate),
                Range(group.SelectionRateInterval),
                Share(group.TruePositiveRate),
                Range(group.TruePositiveRateInterval),
                Share(group.FalsePositiveRate),
                Range(group.FalsePositiveRateInterval),
                Share(group.Accuracy),
                Share(group.Precision));
        }

        return table;
    }

    private TextTable DisparityTable()
    {
        var table = new TextTable("between groups", "difference", "ratio", "difference to all", "ratio to all");
        foreach (var (name, disparity) in Disparities())
        {
            table.Add(
                name.Replace('_', ' '),
                Share(disparity.Difference),
                Share(disparity.Ratio),
                Share(disparity.DifferenceToOverall),
                Share(disparity.RatioToOverall));
        }

        return table;
    }

    private (string Name, Disparity Disparity)[] Disparities() =>
    [
        ("demographic_parity", DemographicParity),
        ("equalized_odds", EqualizedOdds),
        ("equal_opportunity", EqualOpportunity),
        ("accuracy", AccuracyParity),
    ];

    private static string Share(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Range(ConfidenceInterval interval) =>
        string.Create(CultureInfo.InvariantCulture, $"[{interval.Lower:0.00}, {interval.Upper:0.00}]");
}
