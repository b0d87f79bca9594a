using System.Text.RegularExpressions;

namespace Lifecycle.Sdk.Quality;

/// <summary>
/// The checks of one column. Missing values are judged by <see cref="MissingAtMost"/> alone; all other checks look at the present values.
/// </summary>
public sealed class ColumnChecks : ITableCheck
{
    private readonly string _name;
    private readonly List<ColumnCheck> _checks = [];

    internal ColumnChecks(string name) => _name = name;

    int ITableCheck.Count => Math.Max(1, _checks.Count);

    void ITableCheck.Run(Table table, List<QualityFinding> findings)
    {
        if (!table.TryGetColumn(_name, out Column? column))
        {
            findings.Add(new QualityFinding(_name, "column", CheckSeverity.Error, "the column to exist", "no such column", 0, 0, []));
            return;
        }
        foreach (ColumnCheck check in _checks)
        {
            if (check.Evaluate(column) is { } finding) findings.Add(finding);
        }
    }

    /// <summary>The values are of a kind.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="severity">What a violation means.</param>
    /// <exception cref="ArgumentOutOfRangeException">The kind is not one of its values.</exception>
    public ColumnChecks IsOfKind(ColumnKind kind, CheckSeverity severity = CheckSeverity.Error)
    {
        if (!Enum.IsDefined(kind)) throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such kind of column.");
        return Add(new KindCheck([kind], severity));
    }

    /// <summary>The values are numbers, floating or whole.</summary>
    /// <param name="severity">What a violation means.</param>
    public ColumnChecks IsNumeric(CheckSeverity severity = CheckSeverity.Error) =>
        Add(new KindCheck([ColumnKind.Number, ColumnKind.Integer], severity));

    /// <summary>
    /// The values lie between two bounds, both allowed. Booleans count as 0 and 1; integers beyond 2^53 are compared as doubles.
    /// </summary>
    /// <param name="minimum">The smallest value.</param>
    /// <param name="maximum">The largest value.</param>
    /// <param name="severity">What a violation means.</param>
    /// <exception cref="ArgumentException">A bound is NaN, or the minimum lies above the maximum.</exception>
    public ColumnChecks InRange(double minimum, double maximum, CheckSeverity severity = CheckSeverity.Error)
    {
        if (!(minimum <= maximum))
        {
            throw new ArgumentException(FormattableString.Invariant($"{minimum} to {maximum} is not a range."), nameof(minimum));
        }
        return Add(new RangeCheck(minimum, maximum, severity));
    }

    /// <summary>
    /// The values are among those allowed. Strings are compared ordinally, floating columns as numbers, other columns in invariant form
    /// (<c>42</c>, <c>true</c>).
    /// </summary>
    /// <param name="allowed">The allowed values, at least one.</param>
    /// <param name="severity">What a violation means.</param>
    /// <exception cref="ArgumentNullException">The values or one of them are null.</exception>
    /// <exception cref="ArgumentException">There are none.</exception>
    public ColumnChecks InSet(IEnumerable<string> allowed, CheckSeverity severity = CheckSeverity.Error)
    {
        ArgumentNullException.ThrowIfNull(allowed);
        var set = new HashSet<string>(StringComparer.Ordinal);
        foreach (string value in allowed) set.Add(value ?? throw new ArgumentNullException(nameof(allowed), "An allowed value is null."));
        if (set.Count == 0) throw new ArgumentException("No value is allowed, so that no data could pass.", nameof(allowed));
        return Add(new SetCheck(set, severity));
    }

    /// <summary>No value occurs twice. O(rows) time and memory.</summary>
    /// <param name="severity">What a violation means.</param>
    public ColumnChecks IsUnique(CheckSeverity severity = CheckSeverity.Error) => Add(new UniqueCheck(severity));

    /// <summary>At most a share of the rows is missing (null or NaN).</summary>
    /// <param name="share">The largest share, 0 to 1; 0 allows none.</param>
    /// <param name="severity">What a violation means.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is NaN or outside 0 to 1.</exception>
    public ColumnChecks MissingAtMost(double share, CheckSeverity severity = CheckSeverity.Error)
    {
        if (!(share >= 0 && share <= 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "A share lies between 0 and 1.");
        return Add(new MissingCheck(share, severity));
    }

    /// <summary>No row is missing.</summary>
    /// <param name="severity">What a violation means.</param>
    public ColumnChecks NotMissing(CheckSeverity severity = CheckSeverity.Error) => MissingAtMost(0, severity);

    /// <summary>The length of the strings, in UTF-16 code units, lies between two bounds, both allowed.</summary>
    /// <param name="minimum">The smallest length, at least 0.</param>
    /// <param name="maximum">The largest length.</param>
    /// <param name="severity">What a violation means.</param>
    /// <exception cref="ArgumentOutOfRangeException">The minimum is negative or above the maximum.</exception>
    public ColumnChecks LengthBetween(int minimum, int maximum, CheckSeverity severity = CheckSeverity.Error)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(minimum);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, minimum);
        return Add(new LengthCheck(minimum, maximum, severity));
    }

    /// <summary>
    /// The strings match a pattern somewhere; anchor it (<c>^…$</c>) to match them as a whole. Matched without backtracking, so the time
    /// is linear in the text whatever the data.
    /// </summary>
    /// <param name="pattern">A regular expression without backreferences and lookarounds.</param>
    /// <param name="severity">What a violation means.</param>
    /// <exception cref="ArgumentException">The pattern is not valid.</exception>
    /// <exception cref="NotSupportedException">The pattern needs backtracking.</exception>
    public ColumnChecks Matches(string pattern, CheckSeverity severity = CheckSeverity.Error)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return Add(new PatternCheck(new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant), severity));
    }

    private ColumnChecks Add(ColumnCheck check)
    {
        _checks.Add(check);
        return this;
    }
}
