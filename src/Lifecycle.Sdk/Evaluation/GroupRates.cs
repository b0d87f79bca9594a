namespace Lifecycle.Sdk.Evaluation;

/// <summary>How the rows of one group were treated. Rates are shares in [0, 1].</summary>
public sealed record GroupRates
{
    /// <summary>The group; empty for all rows together.</summary>
    public required string Group { get; init; }

    /// <summary>The rows of the group.</summary>
    public required int Count { get; init; }

    /// <summary>The rows of the group that are truly positive.</summary>
    public required int Positives { get; init; }

    /// <summary>The rows of the group that were predicted positive.</summary>
    public required int Selected { get; init; }

    /// <summary>The share predicted right.</summary>
    public required double Accuracy { get; init; }

    /// <summary>The share predicted positive.</summary>
    public required double SelectionRate { get; init; }

    /// <summary>Of the positives, the share predicted positive.</summary>
    public required double TruePositiveRate { get; init; }

    /// <summary>Of the negatives, the share predicted positive.</summary>
    public required double FalsePositiveRate { get; init; }

    /// <summary>Of the negatives, the share predicted negative.</summary>
    public required double TrueNegativeRate { get; init; }

    /// <summary>Of the positives, the share predicted negative.</summary>
    public required double FalseNegativeRate { get; init; }

    /// <summary>Of those predicted positive, the share that is.</summary>
    public required double Precision { get; init; }

    /// <summary>Wilson's interval of the selection rate.</summary>
    public required ConfidenceInterval SelectionRateInterval { get; init; }

    /// <summary>Wilson's interval of the true positive rate; NaN in a group without positives.</summary>
    public required ConfidenceInterval TruePositiveRateInterval { get; init; }

    /// <summary>Wilson's interval of the false positive rate; NaN in a group without negatives.</summary>
    public required ConfidenceInterval FalsePositiveRateInterval { get; init; }

    /// <summary>Whether the group has fewer rows than <see cref="FairnessOptions.SmallGroup"/>.</summary>
    public required bool IsSmall { get; init; }

    internal static GroupRates Of(string group, OutcomeCounts counts, FairnessOptions options)
    {
        double Rate(int part, int whole)
        {
            if (whole > 0)
                return (double)part / whole;
            return options.UndefinedRates == UndefinedRates.AsZero ? 0 : double.NaN;
        }

        var (hits, alarms, misses, rejections) = (counts.TruePositives, counts.FalsePositives, counts.FalseNegatives, counts.TrueNegatives);
        return new GroupRates
        {
            Group = group,
            Count = counts.Count,
            Positives = hits + misses,
            Selected = hits + alarms,
            Accuracy = Rate(hits + rejections, counts.Count),
            SelectionRate = Rate(hits + alarms, counts.Count),
            TruePositiveRate = Rate(hits, hits + misses),
            FalsePositiveRate = Rate(alarms, alarms + rejections),
            TrueNegativeRate = Rate(rejections, alarms + rejections),
            FalseNegativeRate = Rate(misses, hits + misses),
            Precision = Rate(hits, hits + alarms),
            SelectionRateInterval = ConfidenceInterval.Wilson(hits + alarms, counts.Count, options.ConfidenceLevel),
            TruePositiveRateInterval = ConfidenceInterval.Wilson(hits, hits + misses, options.ConfidenceLevel),
            FalsePositiveRateInterval = ConfidenceInterval.Wilson(alarms, alarms + rejections, options.ConfidenceLevel),
            IsSmall = counts.Count < options.SmallGroup,
        };
    }
}

/// <summary>The four outcomes of a binary decision.</summary>
internal record struct OutcomeCounts(int TruePositives, int FalsePositives, int FalseNegatives, int TrueNegatives)
{
    internal readonly int Count => TruePositives + FalsePositives + FalseNegatives + TrueNegatives;

    internal void Add(bool truth, bool predicted)
    {
        if (truth)
            (TruePositives, FalseNegatives) = predicted ? (TruePositives + 1, FalseNegatives) : (TruePositives, FalseNegatives + 1);
        else
            (FalsePositives, TrueNegatives) = predicted ? (FalsePositives + 1, TrueNegatives) : (FalsePositives, TrueNegatives + 1);
    }

    public static OutcomeCounts operator +(OutcomeCounts a, OutcomeCounts b) => new(
        a.TruePositives + b.TruePositives,
        a.FalsePositives + b.FalsePositives,
        a.FalseNegatives + b.FalseNegatives,
        a.TrueNegatives + b.TrueNegatives);
}
