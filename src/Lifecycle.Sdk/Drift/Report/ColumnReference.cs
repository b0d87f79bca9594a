using Lifecycle.Sdk.Quality;

namespace Lifecycle.Sdk.Drift;

/// <summary>One column of a reference, as it is saved.</summary>
/// <param name="Name">The name.</param>
/// <param name="Kind">What the values are.</param>
/// <param name="Type">The element type's short name.</param>
/// <param name="Rows">The number of rows, missing ones included.</param>
/// <param name="Missing">The number of missing values.</param>
/// <param name="Numbers">The summary of a numeric column that has a value; else null.</param>
/// <param name="Categories">The summary of any other column that has a value; else null.</param>
internal sealed record ColumnReference(
    string Name, ColumnKind Kind, string Type, long Rows, long Missing, NumericReference? Numbers, CategoricalReference? Categories)
{
    public long Present => Rows - Missing;

    public static bool IsNumericKind(ColumnKind kind) => kind is ColumnKind.Number or ColumnKind.Integer;

    public static ColumnReference Of(Column column)
    {
        using ColumnSample sample = ColumnSample.Of(column);
        return Of(sample);
    }

    public static ColumnReference Of(ColumnSample sample)
    {
        Column column = sample.Column;
        bool numeric = sample.IsNumeric && sample.Present > 0, categorical = !sample.IsNumeric && sample.Present > 0;
        return new ColumnReference(
            column.Name, column.Kind, column.TypeName, column.Length, sample.Missing,
            numeric ? NumericReference.Of(sample.Sorted) : null, categorical ? CategoricalReference.Of(sample.Categories) : null);
    }

    /// <summary>Refuses what <see cref="Of(Column)"/> cannot have written: a saved profile is a file that anyone may have edited.</summary>
    /// <exception cref="InvalidDataException">The parts contradict each other.</exception>
    public void Verify()
    {
        if (string.IsNullOrWhiteSpace(Name)) throw new InvalidDataException("A column of the reference has no name.");
        if (!Enum.IsDefined(Kind)) throw Contradiction("is of an unknown kind");
        if (Rows < 0 || Missing < 0 || Missing > Rows) throw Contradiction("has impossible numbers of rows and missing values");
        bool isNumeric = IsNumericKind(Kind), hasValues = Present > 0;
        if ((Numbers is not null) != (isNumeric && hasValues) || (Categories is not null) != (!isNumeric && hasValues))
            throw Contradiction("lacks the summary of its kind, or has another's");
        if (Numbers is { } numbers) Verify(numbers);
        if (Categories is { } categories) Verify(categories);
    }

    private void Verify(NumericReference numbers)
    {
        RequireIncreasing(numbers.Edges, strictly: true);
        if (numbers.Histogram.Length != numbers.Edges.Length + 1) throw Contradiction("has a histogram that does not fit its edges");
        RequireSum(numbers.Histogram, 0);
        if (numbers is { Values: { } values, Counts: { } counts, Grid: null })
        {
            if (values.Length == 0 || values.Length != counts.Length) throw Contradiction("has differing numbers of values and counts");
            RequireIncreasing(values, strictly: true);
            RequireSum(counts, 0);
        }
        else if (numbers is { Values: null, Counts: null, Grid: { } grid })
        {
            Verify(grid);
        }
        else
        {
            throw Contradiction("must have either values with counts, or a grid");
        }
    }

    private void Verify(QuantileGrid grid)
    {
        int levels = BrownianBridges.Levels.Length;
        if (grid.Quantiles.Length != levels || grid.Below.Length != levels || grid.Count != Present)
            throw Contradiction("has a grid of another size");
        RequireIncreasing([grid.Minimum, .. grid.Quantiles, grid.Maximum], strictly: false);
        RequireIncreasing([0, .. grid.Below.Select(count => (double)count), grid.Count], strictly: false);
        if (grid.Deviation < 0) throw Contradiction("has a negative standard deviation");
    }

    private void Verify(CategoricalReference categories)
    {
        if (categories.Names.Contains(null!) || categories.Names.Distinct(StringComparer.Ordinal).Count() != categories.Names.Length)
            throw Contradiction("names a category twice, or one has no name");
        if (categories.Names.Length != categories.Counts.Length || categories.OtherCategories < 0)
            throw Contradiction("has differing numbers of categories and counts");
        if (categories.OtherValues < categories.OtherCategories) throw Contradiction("has more other categories than values in them");
        RequireSum(categories.Counts, categories.OtherValues);
    }

    private void RequireIncreasing(double[] values, bool strictly)
    {
        for (int i = 0; i < values.Length; i++)
        {
            bool ordered = i == 0 ? !double.IsNaN(values[0]) : strictly ? values[i] > values[i - 1] : values[i] >= values[i - 1];
            if (!ordered) throw Contradiction("has values that are not in order");
        }
    }

    private void RequireSum(long[] counts, long others)
    {
        long sum = others;
        foreach (long count in counts)
        {
            if (count < 0 || count > Present) throw Contradiction("has an impossible count");
            sum += count;
        }

        if (sum != Present) throw Contradiction("has counts that do not add up to its values");
    }

    private InvalidDataException Contradiction(string what) => new($"Column '{Name}' of the reference {what}.");
}
