using System.Globalization;
using System.Text.RegularExpressions;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Quality;

/// <summary>A check of every present value by itself.</summary>
internal abstract class RowCheck(string name, string expected, string complaint, CheckSeverity severity)
    : ColumnCheck(name, expected, severity)
{
    public override QualityFinding? Evaluate(Column column)
    {
        if (Inapplicable(column) is { } reason) return Finding(column, reason);
        Func<int, bool> holds = Test(column);
        var examples = new List<RowExample>();
        long wrong = 0;
        for (int row = 0; row < column.Length; row++)
        {
            if (column.IsMissing(row) || holds(row)) continue;
            if (wrong++ < MaximumExamples) examples.Add(new RowExample(row, column.Format(row)));
        }
        return wrong == 0 ? null : RowsFinding(column, wrong, complaint, examples);
    }

    /// <summary>Why the check makes no sense for the column, or null.</summary>
    protected abstract string? Inapplicable(Column column);

    /// <summary>The test of a present row.</summary>
    protected abstract Func<int, bool> Test(Column column);
}

internal sealed class RangeCheck(double minimum, double maximum, CheckSeverity severity)
    : RowCheck("range", FormattableString.Invariant($"values from {minimum} to {maximum}"), "lie outside", severity)
{
    protected override string? Inapplicable(Column column) => column.IsNumeric ? null : "text, which has no range";

    protected override Func<int, bool> Test(Column column) => row =>
        column.NumberAt(row) is var value && value >= minimum && value <= maximum;
}

internal sealed class SetCheck(HashSet<string> allowed, CheckSeverity severity)
    : RowCheck("set", Describe(allowed), "hold another value", severity)
{
    private const int Shown = 5;

    protected override string? Inapplicable(Column column) => null;

    protected override Func<int, bool> Test(Column column)
    {
        if (column is Column<string?> text)
        {
            ReadOnlyMemory<string?> values = text.Values;
            return row => allowed.Contains(values.Span[row]!);
        }
        if (column.Kind != ColumnKind.Number) return row => allowed.Contains(column.Format(row)!);
        // Numbers are compared as numbers, so that "1" and "1.0" allow the same.
        HashSet<double> numbers = [];
        foreach (string value in allowed)
        {
            if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)) numbers.Add(number);
        }
        return row => numbers.Contains(column.NumberAt(row));
    }

    private static string Describe(HashSet<string> allowed)
    {
        IEnumerable<string> shown = allowed.Order(StringComparer.Ordinal).Take(Shown).Select(value => $"'{TextTable.Shorten(value)}'");
        string more = allowed.Count > Shown ? FormattableString.Invariant($" and {allowed.Count - Shown} more") : "";
        return "one of " + string.Join(", ", shown) + more;
    }
}

internal sealed class LengthCheck(int minimum, int maximum, CheckSeverity severity)
    : RowCheck("length", FormattableString.Invariant($"{minimum} to {maximum} characters"), "have another length", severity)
{
    protected override string? Inapplicable(Column column) => column.IsNumeric ? "numbers, which have no length" : null;

    protected override Func<int, bool> Test(Column column)
    {
        ReadOnlyMemory<string?> values = ((Column<string?>)column).Values;
        return row => values.Span[row]!.Length is var length && length >= minimum && length <= maximum;
    }
}

internal sealed class PatternCheck(Regex pattern, CheckSeverity severity)
    : RowCheck("pattern", $"values that match {pattern}", "do not match", severity)
{
    protected override string? Inapplicable(Column column) => column.IsNumeric ? "numbers, which have no pattern" : null;

    protected override Func<int, bool> Test(Column column)
    {
        ReadOnlyMemory<string?> values = ((Column<string?>)column).Values;
        return row => pattern.IsMatch(values.Span[row]!);
    }
}
