using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>
/// A field of a run that can be compared; made by <see cref="RunFilter"/>. Its operators make conditions, so <c>==</c> does not
/// tell whether two fields are the same: compare <see cref="Field"/> for that.
/// </summary>
#pragma warning disable CA1067, CA2231, CS0660, CS0661 // == makes a condition; equality of fields is left to Field.
public readonly struct FilterField
{
    internal FilterField(SearchField field) => Field = field;

    /// <summary>The field as searches name it.</summary>
    public SearchField Field { get; }

    /// <summary>Equal to a value.</summary>
    public static SearchExpression operator ==(FilterField field, FilterValue value) => field.Compare(ComparisonOperator.Equal, value);

    /// <summary>There, and not equal to a value.</summary>
    public static SearchExpression operator !=(FilterField field, FilterValue value) => field.Compare(ComparisonOperator.NotEqual, value);

    /// <summary>Less than a value.</summary>
    public static SearchExpression operator <(FilterField field, FilterValue value) => field.Compare(ComparisonOperator.Less, value);

    /// <summary>Less than or equal to a value.</summary>
    public static SearchExpression operator <=(FilterField field, FilterValue value) => field.Compare(ComparisonOperator.LessOrEqual, value);

    /// <summary>Greater than a value.</summary>
    public static SearchExpression operator >(FilterField field, FilterValue value) => field.Compare(ComparisonOperator.Greater, value);

    /// <summary>Greater than or equal to a value.</summary>
    public static SearchExpression operator >=(FilterField field, FilterValue value) => field.Compare(ComparisonOperator.GreaterOrEqual, value);

    /// <summary>Text that fits a pattern: <c>%</c> is any text, <c>_</c> any one character.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="ignoreCase">Whether case does not matter.</param>
    /// <returns>The condition.</returns>
    public SearchExpression Like(string pattern, bool ignoreCase = false)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return Compare(ignoreCase ? ComparisonOperator.ILike : ComparisonOperator.Like, pattern);
    }

    /// <summary>One of some values.</summary>
    /// <param name="values">The values, at least one.</param>
    /// <returns>The condition.</returns>
    /// <exception cref="ArgumentException">There is no value.</exception>
    public SearchExpression In(params IEnumerable<FilterValue> values) => Member(values, negated: false);

    /// <summary>There, and none of some values.</summary>
    /// <param name="values">The values, at least one.</param>
    /// <returns>The condition.</returns>
    /// <exception cref="ArgumentException">There is no value.</exception>
    public SearchExpression NotIn(params IEnumerable<FilterValue> values) => Member(values, negated: true);

    /// <summary>The field as it is written in a filter.</summary>
    /// <returns>For example <c>min(metrics.loss)</c>.</returns>
    public override string ToString() => Field.ToString();

    private ComparisonExpression Compare(ComparisonOperator comparison, FilterValue value) => new(Field, comparison, value.Value);

    private InExpression Member(IEnumerable<FilterValue> values, bool negated)
    {
        ArgumentNullException.ThrowIfNull(values);
        ParamValue[] list = [.. values.Select(value => value.Value)];
        return list.Length > 0 ? new InExpression(Field, list, negated) : throw new ArgumentException($"The list for {Field} is empty.", nameof(values));
    }
}
#pragma warning restore CA1067, CA2231, CS0660, CS0661

/// <summary>What a field is compared with: text, a number, a Boolean, a status, a run id or a time.</summary>
public readonly record struct FilterValue
{
    private FilterValue(ParamValue value) => Value = value;

    /// <summary>The literal as searches have it.</summary>
    public ParamValue Value { get; }

    /// <summary>Compares with a text.</summary>
    /// <param name="value">The text.</param>
    public static implicit operator FilterValue(string value) => new(value);

    /// <summary>Compares with an integer.</summary>
    /// <param name="value">The integer.</param>
    public static implicit operator FilterValue(long value) => new(value);

    /// <summary>Compares with an integer.</summary>
    /// <param name="value">The integer.</param>
    public static implicit operator FilterValue(int value) => new(value);

    /// <summary>Compares with a double.</summary>
    /// <param name="value">The double.</param>
    public static implicit operator FilterValue(double value) => new(value);

    /// <summary>Compares with a Boolean.</summary>
    /// <param name="value">The Boolean.</param>
    public static implicit operator FilterValue(bool value) => new(value);

    /// <summary>Compares with a param's value.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator FilterValue(ParamValue value) => new(value);

    /// <summary>Compares with a status.</summary>
    /// <param name="value">The status.</param>
    public static implicit operator FilterValue(RunStatus value) => new(RunRow.StatusText(value));

    /// <summary>Compares with a run's id.</summary>
    /// <param name="value">The id.</param>
    public static implicit operator FilterValue(RunId value) => new(value.ToString());

    /// <summary>Compares with a time, to the millisecond.</summary>
    /// <param name="value">The time.</param>
    public static implicit operator FilterValue(DateTimeOffset value) => new(value.ToUnixTimeMilliseconds());

    /// <summary>The literal as it is written in a filter.</summary>
    /// <returns>For example <c>'gbt'</c>.</returns>
    public override string ToString() => SearchPrinter.Print(Value);
}
