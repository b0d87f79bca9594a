using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Drift of a table against a reference: for each column a test of its values and one of its missing share, corrected together, with
/// thresholds that fit the sample sizes. Immutable; safe for concurrent use.
/// </summary>
/// <remarks>
/// Without drift, the probability that a report alarms at all is the level of the options (with
/// <see cref="DriftCorrection.BenjaminiHochberg"/> and independent columns), whatever the sizes: no threshold is a fixed number. Exact
/// laws of small samples move in steps, so their rate is at most the level (3.6 % instead of 5 % for D of 100 against 100 values). Which
/// test a column takes is in the table of <see cref="DriftTest"/>.
/// </remarks>
public sealed partial record DriftReport
{
    /// <summary>The alarm rate that was asked for.</summary>
    public required double Level { get; init; }

    /// <summary>The power for which smallest detectable effects are given.</summary>
    public required double Power { get; init; }

    /// <summary>How the tests were corrected.</summary>
    public required DriftCorrection Correction { get; init; }

    /// <summary>The effect below which a difference in values is not an alarm.</summary>
    public double MinimumEffect { get; init; }

    /// <summary>Rows of the reference.</summary>
    public required long ReferenceRows { get; init; }

    /// <summary>Rows of the current table.</summary>
    public required long CurrentRows { get; init; }

    /// <summary>The columns that both tables have and that could be compared, in the order of the reference.</summary>
    public required IReadOnlyList<ColumnDrift> Columns { get; init; }

    /// <summary>Columns added, removed or changed in kind.</summary>
    public required IReadOnlyList<SchemaChange> SchemaChanges { get; init; }

    /// <summary>Whether any column has drifted. Changes of the schema are not counted; see <see cref="SchemaChanges"/>.</summary>
    [JsonIgnore]
    public bool HasDrift => Columns.Any(column => column.Drifted);

    /// <summary>The share of compared columns that have drifted, in [0, 1]; 0 when there are none.</summary>
    [JsonIgnore]
    public double DriftedShare => Columns.Count == 0 ? 0 : Columns.Count(column => column.Drifted) / (double)Columns.Count;

    /// <summary>The report as indented JSON, without the data.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, DriftJsonContext.Indented.DriftReport);

    /// <summary>Reads a report that <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The JSON.</param>
    /// <exception cref="ArgumentNullException">The text is null.</exception>
    /// <exception cref="InvalidDataException">The text is not a drift report.</exception>
    public static DriftReport FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            return JsonSerializer.Deserialize(json, DriftJsonContext.Indented.DriftReport)
                ?? throw new InvalidDataException("The JSON is null, not a drift report.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"The text is not a drift report: {exception.Message}", exception);
        }
    }

    /// <summary>The report as an aligned text table, one line per column, summary first.</summary>
    public string ToText() => DriftText.Write(this);

    /// <summary>
    /// The report as one HTML page with a histogram per column: nothing is loaded from elsewhere, no script, names are escaped, readable in
    /// light and dark.
    /// </summary>
    /// <param name="title">The title of the page.</param>
    /// <exception cref="ArgumentNullException">The title is null.</exception>
    public string ToHtml(string title = "Drift report")
    {
        ArgumentNullException.ThrowIfNull(title);
        return DriftHtml.Write(this, title);
    }
}
