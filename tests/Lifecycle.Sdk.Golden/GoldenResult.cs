namespace Lifecycle.Sdk.Golden;

/// <summary>
/// What the library gave for a case: fields by the names of the format. A field is a double, an integer, a Boolean, a string, a
/// list of these, or a dictionary for a nested object. Integers, Booleans and strings are compared exactly.
/// </summary>
internal sealed class GoldenResult
{
    public Dictionary<string, object> Fields { get; } = new(StringComparer.Ordinal);

    /// <summary>Failed checks of the kind itself, such as an error bound, each a line with got and wanted.</summary>
    public List<string> FailedChecks { get; } = [];

    public int Checks { get; private set; }

    /// <summary>
    /// Set where the reference gives NaN, infinity or an error although the quantity is mathematically defined, with the reason:
    /// then, in an edge case, a finite number is accepted.
    /// </summary>
    public string? Defined { get; private set; }

    public static GoldenResult Value(double value) => new GoldenResult().With("value", value);

    public static GoldenResult Test(double statistic, double pValue) =>
        new GoldenResult().With("statistic", statistic).With("pvalue", pValue);

    public GoldenResult With(string field, object value)
    {
        Fields[field] = value;
        return this;
    }

    public GoldenResult DefinedBecause(bool condition, string reason)
    {
        if (condition)
            Defined = reason;
        return this;
    }

    /// <summary>A check that is not an equality of fields.</summary>
    public GoldenResult Check(bool holds, string difference)
    {
        Checks++;
        if (!holds)
            FailedChecks.Add(difference);
        return this;
    }
}
