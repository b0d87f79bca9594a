using System.Globalization;
using System.Text;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>The report as text.</summary>
internal static class DriftText
{
    public static string Write(DriftReport report)
    {
        var text = new StringBuilder();
        foreach (string line in Summary(report)) text.Append(line).Append('\n');
        if (report.Columns.Count == 0) return text.ToString();
        var table = new TextTable(
            "column", "drift", "test", "statistic", "threshold", "p", "adjusted p", "effect", "detectable", "of", "rows");
        foreach (ColumnDrift column in report.Columns)
        {
            string sizes = string.Create(CultureInfo.InvariantCulture, $"{column.ReferenceCount} / {column.CurrentCount}");
            if (column.Values is { } values) table.Add(Row(column.Name, values, sizes));
            else table.Add(column.Name, "-", "no values to compare", "", "", "", "", "", "", "", sizes);
            if (column.Missing is { } missing)
            {
                sizes = string.Create(CultureInfo.InvariantCulture, $"{column.ReferenceMissing} / {column.CurrentMissing}");
                table.Add(Row("(missing) " + column.Name, missing, sizes));
            }
        }

        return text.Append('\n').Append(table).ToString();
    }

    /// <summary>What a reader must know before any table.</summary>
    public static IEnumerable<string> Summary(DriftReport report)
    {
        int drifted = report.Columns.Count(column => column.Drifted);
        yield return Invariant($"{drifted} of {report.Columns.Count} columns drifted; ")
            + Invariant($"{report.ReferenceRows} reference rows, {report.CurrentRows} current rows.");
        yield return Invariant($"Alarm rate without drift {report.Level:0.###} ({Describe(report.Correction)}); ")
            + Invariant($"detectable: with power {report.Power:0.##}.");
        if (report.MinimumEffect > 0)
            yield return Invariant($"Differences in values below an effect of {report.MinimumEffect:G4} are not alarms.");
        foreach (SchemaChange change in report.SchemaChanges) yield return Describe(change);
        foreach (ColumnDrift column in report.Columns)
        {
            if (NewCategories(column) is { } news) yield return news;
        }
    }

    /// <summary>A sentence on categories that the reference never held, or null where there is nothing to say.</summary>
    public static string? NewCategories(ColumnDrift column)
    {
        string name = TextTable.Shorten(column.Name);
        if (column.NewCategoryValues is null)
            return $"Column '{name}': the reference had too many categories to tell which are new.";
        if (column.NewCategoryValues == 0) return null;
        IEnumerable<string> shown = column.NewCategories.Take(5)
            .Select(bin => Invariant($"'{TextTable.Shorten(bin.Label)}' ({bin.Current})"));
        string more = column.NewCategories.Count > 5 ? ", ..." : "";
        return Invariant($"Column '{name}': {column.NewCategoryValues} values in categories never seen: {string.Join(", ", shown)}{more}.");
    }

    public static string Describe(SchemaChange change)
    {
        string name = TextTable.Shorten(change.Column);
        return change.Kind switch
        {
            SchemaChangeKind.Added => $"Column '{name}' ({change.CurrentType}) is new.",
            SchemaChangeKind.Removed => $"Column '{name}' ({change.ReferenceType}) is gone.",
            _ => $"Column '{name}' was {change.ReferenceType} and is now {change.CurrentType}.",
        };
    }

    public static string Describe(DriftTest test) => test switch
    {
        DriftTest.KolmogorovSmirnov => "Kolmogorov-Smirnov",
        DriftTest.Wasserstein => "Wasserstein",
        DriftTest.PopulationStability => "PSI",
        DriftTest.JensenShannon => "Jensen-Shannon",
        DriftTest.ChiSquare => "chi-square",
        _ => "two proportions",
    };

    public static string Number(double? value) =>
        value is not { } number ? "" : double.IsPositiveInfinity(number) ? "∞" : number.ToString("G3", CultureInfo.InvariantCulture);

    public static string PValue(double value) =>
        value switch
        {
            < 1e-12 => "<1e-12",
            < 1e-3 => value.ToString("0.0e-0", CultureInfo.InvariantCulture),
            _ => value.ToString("0.000", CultureInfo.InvariantCulture),
        };

    private static string[] Row(string name, DriftTestResult test, string sizes) =>
    [
        name, test.Drifted ? "DRIFT" : "no", Describe(test.Test), Number(test.Statistic), Number(test.Threshold), PValue(test.PValue),
        PValue(test.AdjustedPValue), Number(test.EffectSize), Number(test.SmallestDetectableEffect), test.EffectSizeName, sizes,
    ];

    private static string Describe(DriftCorrection correction) => correction switch
    {
        DriftCorrection.BenjaminiHochberg => "Benjamini-Hochberg over all tests",
        DriftCorrection.BenjaminiYekutieli => "Benjamini-Yekutieli over all tests",
        DriftCorrection.Holm => "Holm over all tests",
        _ => "of each test, not corrected",
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
