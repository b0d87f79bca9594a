using System.Collections.Immutable;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Population stability index PSI = Σ (q-p)·ln(q/p) over bins or categories, p the shares of the reference and q those of the current
/// sample: the symmetrised Kullback-Leibler divergence (Jeffreys, "An invariant form for the prior probability in estimation problems",
/// Proceedings of the Royal Society A 186, 1946; under this name in Siddiqi, "Credit Risk Scorecards", 2006). From 0 (equal shares)
/// without upper limit, in nats.
/// </summary>
/// <remarks>
/// The index has no fixed alarm threshold: without any drift its expectation is about (bins-1)·(1/n+1/m), so the usual 0.1 is exceeded
/// by chance in small samples. All members are thread-safe.
/// </remarks>
public static class PopulationStabilityIndex
{
    /// <summary>The index of two numeric samples in the given bins. One vectorised pass over each sample; no copy.</summary>
    /// <param name="reference">The reference sample, in any order, not empty.</param>
    /// <param name="current">The current sample, in any order, not empty.</param>
    /// <param name="edges">
    /// The bins; null means 10 quantile bins of <paramref name="reference"/> (<see cref="BinEdges.Quantiles"/>).
    /// </param>
    /// <param name="zeroRule">How empty bins are treated; null means <see cref="ZeroRule.Replace"/> with 0.0001.</param>
    /// <param name="nanPolicy">What to do with NaN. The default refuses it.</param>
    /// <returns>The index with the edges and shares it was computed from.</returns>
    /// <exception cref="ArgumentException">A sample holds no number, or contains NaN that is refused.</exception>
    public static PsiResult Compute(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, BinEdges? edges = null, ZeroRule? zeroRule = null,
        NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        edges ??= BinEdges.Quantiles(reference, nanPolicy: nanPolicy);
        return FromCounts(
            CountOrThrow(edges, reference, nanPolicy, nameof(reference)),
            CountOrThrow(edges, current, nanPolicy, nameof(current)), edges, zeroRule);
    }

    /// <summary>
    /// The index of a current sample against a stored reference profile, of which only edges and counts are needed.
    /// </summary>
    /// <param name="referenceCounts">Counts of the reference in the bins of <paramref name="edges"/>.</param>
    /// <param name="edges">The bins.</param>
    /// <param name="current">The current sample, in any order, not empty.</param>
    /// <param name="zeroRule">How empty bins are treated; null means <see cref="ZeroRule.Replace"/> with 0.0001.</param>
    /// <param name="nanPolicy">What to do with NaN in <paramref name="current"/>. The default refuses it.</param>
    /// <exception cref="ArgumentException">
    /// The counts do not fit the bins, are negative or sum to 0, or the sample holds no number or NaN that is refused.
    /// </exception>
    public static PsiResult Compute(
        ReadOnlySpan<long> referenceCounts, BinEdges edges, ReadOnlySpan<double> current, ZeroRule? zeroRule = null,
        NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        ArgumentNullException.ThrowIfNull(edges);
        if (referenceCounts.Length != edges.BinCount)
        {
            throw new ArgumentException(
                $"There are {edges.BinCount} bins, but {referenceCounts.Length} reference counts.", nameof(referenceCounts));
        }

        return FromCounts(
            new BinCounts([.. referenceCounts], 0), CountOrThrow(edges, current, nanPolicy, nameof(current)), edges, zeroRule);
    }

    /// <summary>The index of two categorical samples over the union of their categories. O(n) hashing.</summary>
    /// <param name="reference">The reference sample, not empty.</param>
    /// <param name="current">The current sample, not empty.</param>
    /// <param name="zeroRule">
    /// How categories missing on one side are treated; null means <see cref="ZeroRule.Replace"/> with 0.0001.
    /// </param>
    /// <param name="missing">What to do with null entries: refuse them, or drop and count them. The default refuses.</param>
    /// <exception cref="ArgumentException">A sample holds no category, or a null that is refused.</exception>
    public static PsiResult Compute(
        ReadOnlySpan<string?> reference, ReadOnlySpan<string?> current, ZeroRule? zeroRule = null, NaNPolicy missing = NaNPolicy.Refuse)
    {
        var counts = CategoryCounts.Of(reference, current, missing);
        return FromCounts(
            new BinCounts(counts.Reference, counts.ReferenceDropped), new BinCounts(counts.Current, counts.CurrentDropped), null, zeroRule);
    }

    /// <summary>The index of two sets of counts or shares over the same bins or categories. Each side is divided by its sum.</summary>
    /// <param name="reference">Counts or shares of the reference: finite, not negative, with a positive sum.</param>
    /// <param name="current">Counts or shares of the current sample; as many as <paramref name="reference"/>.</param>
    /// <param name="zeroRule">How shares of 0 are treated; null means <see cref="ZeroRule.Replace"/> with 0.0001.</param>
    /// <returns>The index; +∞ under <see cref="ZeroRule.None"/> when a share is 0 on one side only.</returns>
    /// <exception cref="ArgumentException">The lengths differ, a count is negative or not finite, or a sum is 0 or not finite.</exception>
    public static double FromCounts(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, ZeroRule? zeroRule = null)
    {
        Shares.RequireSameLength(reference.Length, current.Length, nameof(current));
        var rule = zeroRule ?? ZeroRule.Replace();
        return Divergences.Symmetrised(
            rule.Shares(reference, Shares.CheckedTotal(reference, nameof(reference))),
            rule.Shares(current, Shares.CheckedTotal(current, nameof(current))));
    }

    private static PsiResult FromCounts(BinCounts reference, BinCounts current, BinEdges? edges, ZeroRule? zeroRule)
    {
        var rule = zeroRule ?? ZeroRule.Replace();
        double[] p = Shares.ToDoubles(reference.Counts.AsSpan()), q = Shares.ToDoubles(current.Counts.AsSpan());
        p = rule.Shares(p, Shares.CheckedTotal(p, nameof(reference)));
        q = rule.Shares(q, Shares.CheckedTotal(q, nameof(current)));
        return new PsiResult(
            Divergences.Symmetrised(p, q), Frozen(p), Frozen(q), edges is null ? [] : [.. edges.Interior],
            reference.Total, current.Total, reference.Dropped, current.Dropped);
    }

    private static ImmutableArray<double> Frozen(double[] owned) =>
        System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(owned);

    private static BinCounts CountOrThrow(BinEdges edges, ReadOnlySpan<double> values, NaNPolicy nanPolicy, string name)
    {
        var counts = new long[edges.BinCount];
        var missing = BinKernel.Count(values, edges.Interior, counts);
        // Reading judges emptiness and NaN as everywhere; an ordinary column needs no second look, the kernel has just seen it to be clean.
        if (values.IsEmpty || missing > 0) ColumnInput.Read(values, nanPolicy, name).Dispose();
        return new BinCounts([.. counts], missing);
    }
}

/// <summary>A population stability index with what it was computed from.</summary>
/// <param name="Value">The index, in nats.</param>
/// <param name="ReferenceShares">Shares of the reference after the zero rule, per bin or category.</param>
/// <param name="CurrentShares">Shares of the current sample after the zero rule, per bin or category.</param>
/// <param name="Edges">The interior edges of the bins (see <see cref="BinEdges"/>); empty for categories.</param>
/// <param name="ReferenceCount">Values of the reference that took part.</param>
/// <param name="CurrentCount">Values of the current sample that took part.</param>
/// <param name="ReferenceDropped">Missing values of the reference that were left out.</param>
/// <param name="CurrentDropped">Missing values of the current sample that were left out.</param>
public sealed record PsiResult(
    double Value,
    ImmutableArray<double> ReferenceShares,
    ImmutableArray<double> CurrentShares,
    ImmutableArray<double> Edges,
    long ReferenceCount,
    long CurrentCount,
    long ReferenceDropped,
    long CurrentDropped);
