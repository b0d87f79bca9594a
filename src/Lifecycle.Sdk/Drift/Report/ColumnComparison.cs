using System.Buffers;
using Lifecycle.Sdk.Quality;

namespace Lifecycle.Sdk.Drift;

/// <summary>Compares one column: its values by the chosen test, and its missing share.</summary>
internal static class ColumnComparison
{
    /// <summary>Compares a column with a saved reference.</summary>
    public static ColumnDrift Compare(
        ColumnReference reference, Column current, DriftTest test, DetectionLimits limits, ulong seed)
    {
        using ColumnSample sample = ColumnSample.Of(current);
        if (reference.Numbers is not { Values: { } values, Counts: { } counts } numbers || (numbers.IsDiscrete && !IsOfNumbers(test)))
            return Compare(reference, [], sample, test, limits, seed);

        // The reference was kept whole: spell it out, and everything is as from raw values.
        double[] rented = ArrayPool<double>.Shared.Rent((int)reference.Present);
        Span<double> sorted = rented.AsSpan(0, (int)reference.Present);
        SortedRuns.Expand(values, counts, sorted);
        ColumnDrift result = Compare(reference, sorted, sample, test, limits, seed);
        ArrayPool<double>.Shared.Return(rented);
        return result;
    }

    /// <summary>Compares a column with raw reference values.</summary>
    public static ColumnDrift Compare(Column reference, Column current, DriftTest test, DetectionLimits limits, ulong seed)
    {
        using ColumnSample first = ColumnSample.Of(reference), second = ColumnSample.Of(current);
        return Compare(ColumnReference.Of(first), first.Sorted, second, test, limits, seed);
    }

    /// <exception cref="ArgumentException">The test is not one for the kind of the column.</exception>
    public static void RequireFitting(DriftTest test, string column, ColumnKind kind)
    {
        bool fits = test switch
        {
            DriftTest.KolmogorovSmirnov or DriftTest.Wasserstein => ColumnReference.IsNumericKind(kind),
            DriftTest.TwoProportions => kind == ColumnKind.Boolean,
            _ => true,
        };
        if (!fits) throw new ArgumentException($"Column '{column}' is of kind {kind}, which the test {test} is not for.", nameof(test));
    }

    private static ColumnDrift Compare(
        ColumnReference reference, ReadOnlySpan<double> sorted, ColumnSample current, DriftTest test, DetectionLimits limits, ulong seed)
    {
        var result = new ColumnDrift
        {
            Name = current.Column.Name,
            Type = current.Column.TypeName,
            ReferenceCount = reference.Present,
            ReferenceMissing = reference.Missing,
            CurrentCount = current.Present,
            CurrentMissing = current.Missing,
            Missing = MissingShare(reference, current, limits),
        };
        if (reference.Present == 0) return result;
        if (reference.Numbers is not { } numbers || (numbers.IsDiscrete && !IsOfNumbers(test)))
            return Categories(result, reference, current, test, limits, seed);
        result = result with { IsBinned = true, Histogram = numbers.Bin(current.Sorted) };
        return current.Present == 0
            ? result
            : result with { Values = new NumericComparison(numbers, sorted, current.Sorted, limits, seed).Test(test) };
    }

    private static ColumnDrift Categories(
        ColumnDrift result, ColumnReference reference, ColumnSample current, DriftTest test, DetectionLimits limits, ulong seed)
    {
        if (test == DriftTest.Auto)
            test = reference.Kind == ColumnKind.Boolean ? DriftTest.TwoProportions : DriftTest.ChiSquare;
        var comparison = new CategoricalComparison(reference.Categories ?? reference.Numbers!.ToCategories(), current.CountCategories());
        return result with
        {
            Values = current.Present == 0 ? null : comparison.Test(test, limits, seed),
            NewCategoryValues = comparison.NewValues,
            NewCategories = comparison.NewCategories,
            Histogram = comparison.Histogram(),
        };
    }

    private static bool IsOfNumbers(DriftTest test) => test is DriftTest.KolmogorovSmirnov or DriftTest.Wasserstein;

    private static DriftTestResult? MissingShare(ColumnReference reference, ColumnSample current, DetectionLimits limits)
    {
        bool none = reference.Missing + current.Missing == 0, all = reference.Present + current.Present == 0;
        if (none || all || reference.Rows == 0 || current.Column.Length == 0) return null;
        return ProportionTest.Compare(reference.Missing, reference.Rows, current.Missing, current.Column.Length, limits);
    }
}
