using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Quality;

/// <summary>The verdict of <see cref="DataChecks.Run"/>.</summary>
/// <param name="RowCount">The number of rows that were checked.</param>
/// <param name="CheckCount">How many checks ran.</param>
/// <param name="Findings">What was found, in the order of the checks; empty when all is well.</param>
public sealed record QualityResult(long RowCount, int CheckCount, IReadOnlyList<QualityFinding> Findings)
{
    /// <summary>Whether the data passes: no finding is an error.</summary>
    [JsonPropertyOrder(-1)]
    public bool Passed => Findings.All(finding => finding.Severity != CheckSeverity.Error);

    /// <summary>Does nothing when the data passed; for a test project or a pipeline that should stop otherwise.</summary>
    /// <exception cref="DataQualityException">A finding is an error. The message lists all findings.</exception>
    public void ThrowIfFailed()
    {
        if (!Passed) throw new DataQualityException(this);
    }

    /// <summary>The result as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, QualityJsonContext.Default.QualityResult);

    /// <summary>Reads a result that <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The JSON.</param>
    /// <exception cref="ArgumentNullException">The text is null.</exception>
    /// <exception cref="InvalidDataException">The text is not such a result.</exception>
    public static QualityResult FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            return JsonSerializer.Deserialize(json, QualityJsonContext.Default.QualityResult)
                ?? throw new InvalidDataException("The JSON is null, not a result of data checks.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"The text is not a result of data checks: {exception.Message}", exception);
        }
    }

    /// <summary>The verdict in one line, then an aligned text table of the findings.</summary>
    public override string ToString()
    {
        string verdict = FormattableString.Invariant(
            $"{(Passed ? "passed" : "FAILED")}: {CheckCount} checks over {RowCount} rows, {Findings.Count} findings\n");
        if (Findings.Count == 0) return verdict;
        var table = new TextTable("column", "check", "severity", "expected", "observed", "rows", "share", "examples");
        foreach (QualityFinding finding in Findings)
        {
            table.Add(
                finding.Column, finding.Check, finding.Severity == CheckSeverity.Error ? "error" : "warning", finding.Expected,
                finding.Observed,
                finding.Rows.ToString(CultureInfo.InvariantCulture), finding.Share.ToString("P2", CultureInfo.InvariantCulture),
                string.Join(", ", finding.Examples.Select(Show)));
        }
        return verdict + table;
    }

    private static string Show(RowExample example) =>
        FormattableString.Invariant($"[{example.Row}]") + (example.Value is null ? "" : " " + TextTable.Shorten(example.Value));
}
