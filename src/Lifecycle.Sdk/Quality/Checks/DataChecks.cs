namespace Lifecycle.Sdk.Quality;

/// <summary>
/// Checks that data has to pass, built fluently and run as often as needed:
/// <code>
/// new DataChecks()
///     .Column("age", age => age.IsNumeric().InRange(0, 120).MissingAtMost(0.05))
///     .Column("sex", sex => sex.InSet(["female", "male"]))
///     .SameSchemaAs(reference)
///     .Run(table)
///     .ThrowIfFailed();
/// </code>
/// </summary>
/// <remarks>Not thread-safe while it is built; <see cref="Run"/> changes nothing and may then be called from several threads.</remarks>
public sealed class DataChecks
{
    private readonly List<ITableCheck> _checks = [];

    /// <summary>Adds checks of one column. A table without the column gives one error.</summary>
    /// <param name="name">The name of the column.</param>
    /// <param name="configure">Adds the checks.</param>
    /// <exception cref="ArgumentException">The name is null or blank.</exception>
    /// <exception cref="ArgumentNullException">The delegate is null.</exception>
    public DataChecks Column(string name, Action<ColumnChecks> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);
        var column = new ColumnChecks(name);
        configure(column);
        _checks.Add(column);
        return this;
    }

    /// <summary>The number of rows lies between two bounds, both allowed.</summary>
    /// <param name="minimum">The smallest number, at least 0.</param>
    /// <param name="maximum">The largest number.</param>
    /// <param name="severity">What a violation means.</param>
    /// <exception cref="ArgumentOutOfRangeException">The minimum is negative or above the maximum.</exception>
    public DataChecks RowCount(long minimum, long maximum = long.MaxValue, CheckSeverity severity = CheckSeverity.Error)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(minimum);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, minimum);
        _checks.Add(new RowCountCheck(minimum, maximum, severity));
        return this;
    }

    /// <summary>
    /// The columns are those of a reference: one that was removed, added or has become another kind (number, integer, Boolean, text) has
    /// the severity asked for; one that has only changed its width or whether it may be null is a warning. The order does not matter.
    /// </summary>
    /// <param name="reference">The profile of the reference data.</param>
    /// <param name="severity">What an added, removed or retyped column means.</param>
    /// <exception cref="ArgumentNullException">The reference is null.</exception>
    public DataChecks SameSchemaAs(DataProfile reference, CheckSeverity severity = CheckSeverity.Error)
    {
        ArgumentNullException.ThrowIfNull(reference);
        _checks.Add(new SchemaCheck(reference, severity));
        return this;
    }

    /// <summary>Runs all checks. O(rows) per check.</summary>
    /// <param name="table">The data.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="ArgumentNullException">The table is null.</exception>
    public QualityResult Run(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var findings = new List<QualityFinding>();
        foreach (ITableCheck check in _checks) check.Run(table, findings);
        return new QualityResult(table.RowCount, _checks.Sum(check => check.Count), findings);
    }
}
