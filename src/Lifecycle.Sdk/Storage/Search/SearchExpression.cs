namespace Lifecycle.Sdk.Storage;

/// <summary>
/// A search condition as a tree, made by <c>SearchParser</c> from text or by the typed builder. Logic is two-valued: a comparison
/// with a key that the run does not have is false, so <c>NOT (params.x = 'a')</c> finds runs without <c>x</c> while
/// <c>params.x != 'a'</c> does not. A comparison with NaN is false, but for <c>!=</c>, which is true.
/// </summary>
public abstract record SearchExpression
{
    private protected SearchExpression() { }

    /// <summary>Both conditions hold. Conditions that are joined already are lengthened, not nested.</summary>
    public static SearchExpression operator &(SearchExpression left, SearchExpression right) =>
        new AndExpression([.. left is AndExpression l ? l.Terms : [left], .. right is AndExpression r ? r.Terms : [right]]);

    /// <summary>At least one of two conditions holds. Conditions that are joined already are lengthened, not nested.</summary>
    public static SearchExpression operator |(SearchExpression left, SearchExpression right) =>
        new OrExpression([.. left is OrExpression l ? l.Terms : [left], .. right is OrExpression r ? r.Terms : [right]]);

    /// <summary>The condition does not hold.</summary>
    public static SearchExpression operator !(SearchExpression term) => new NotExpression(term);

    /// <summary>The condition as text, which <see cref="SearchParser"/> reads back to an equal tree.</summary>
    /// <returns>For example <c>metrics.auc &gt; 0.9 AND params.kind = 'gbt'</c>.</returns>
    public sealed override string ToString() => SearchPrinter.Print(this);
}

/// <summary>All of the terms hold.</summary>
/// <param name="Terms">Two or more.</param>
public sealed record AndExpression(IReadOnlyList<SearchExpression> Terms) : SearchExpression
{
    /// <summary>Whether both are the same condition, term by term.</summary>
    /// <param name="other">The other.</param>
    /// <returns>Whether they are equal.</returns>
    public bool Equals(AndExpression? other) => other is not null && Terms.SequenceEqual(other.Terms);

    /// <inheritdoc/>
    public override int GetHashCode() => Terms.Aggregate(Terms.Count, (hash, term) => HashCode.Combine(hash, term));
}

/// <summary>At least one of the terms holds.</summary>
/// <param name="Terms">Two or more.</param>
public sealed record OrExpression(IReadOnlyList<SearchExpression> Terms) : SearchExpression
{
    /// <summary>Whether both are the same condition, term by term.</summary>
    /// <param name="other">The other.</param>
    /// <returns>Whether they are equal.</returns>
    public bool Equals(OrExpression? other) => other is not null && Terms.SequenceEqual(other.Terms);

    /// <inheritdoc/>
    public override int GetHashCode() => Terms.Aggregate(Terms.Count, (hash, term) => HashCode.Combine(hash, term));
}

/// <summary>The term does not hold.</summary>
/// <param name="Term">The term.</param>
public sealed record NotExpression(SearchExpression Term) : SearchExpression;

/// <summary>A field compared with a literal.</summary>
/// <param name="Field">The field.</param>
/// <param name="Operator">The comparison.</param>
/// <param name="Value">
/// The literal. A number compares with integer and floating params by value and with text params whose whole text is a number; a string
/// compares with the text of any param (see <see cref="ParamValue.ToString"/>) in the order of Unicode code points; <c>true</c> and
/// <c>false</c>
/// compare with Boolean params. Where a present value and the literal have no common type, every comparison is false but <c>!=</c>, as
/// with NaN.
/// </param>
public sealed record ComparisonExpression(SearchField Field, ComparisonOperator Operator, ParamValue Value) : SearchExpression;

/// <summary>A field is, or is not, one of a list; <c>NOT IN</c> is false for a missing key, like <c>!=</c>.</summary>
/// <param name="Field">The field.</param>
/// <param name="Values">One or more literals.</param>
/// <param name="Negated">Whether it is <c>NOT IN</c>.</param>
public sealed record InExpression(SearchField Field, IReadOnlyList<ParamValue> Values, bool Negated) : SearchExpression
{
    /// <summary>Whether both are the same condition, term by term.</summary>
    /// <param name="other">The other.</param>
    /// <returns>Whether they are equal.</returns>
    public bool Equals(InExpression? other) =>
        other is not null && Field == other.Field && Negated == other.Negated && Values.SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override int GetHashCode() => Values.Aggregate(HashCode.Combine(Field, Negated), (hash, value) => HashCode.Combine(hash, value));
}

/// <summary>What a search can look at.</summary>
/// <param name="Entity">The kind of thing.</param>
/// <param name="Key">
/// The name within it. For metrics the canonical series name: <c>loss</c> is the series without a context. Attributes of a run:
/// <c>run_id, run_name, status, user_id, experiment_id, start_time, end_time, parent_run_id</c>; of an experiment: <c>experiment_id, name,
/// creation_time, last_update_time</c>; of a dataset: <c>name, digest, context</c>. Times are milliseconds since 1970; status is upper-case
/// text (<c>FINISHED</c>).
/// </param>
/// <param name="Aggregate">For metrics: which number of the summary is meant; the latest value by default.</param>
public readonly record struct SearchField(SearchEntity Entity, string Key, MetricAggregate Aggregate = MetricAggregate.Last)
{
    /// <summary>The field as it is written in a filter.</summary>
    /// <returns>For example <c>min(metrics.loss)</c>.</returns>
    public override string ToString() => SearchPrinter.Print(this);
}

/// <summary>The kinds of things that a search can look at.</summary>
public enum SearchEntity
{
    /// <summary>An attribute of the run or experiment itself.</summary>
    Attribute = 0,

    /// <summary>A metric.</summary>
    Metric = 1,

    /// <summary>A param.</summary>
    Param = 2,

    /// <summary>A tag.</summary>
    Tag = 3,

    /// <summary>A dataset input: true if any of the run's datasets fits.</summary>
    Dataset = 4,
}

/// <summary>Which number of a series' summary is compared or ordered by. In text: <c>metrics.loss</c>, <c>min(metrics.loss)</c>,
/// <c>max(metrics.loss)</c>, …</summary>
public enum MetricAggregate
{
    /// <summary>The latest value.</summary>
    Last = 0,

    /// <summary>The smallest value.</summary>
    Min = 1,

    /// <summary>The largest value.</summary>
    Max = 2,

    /// <summary>The mean value.</summary>
    Mean = 3,

    /// <summary>The first value.</summary>
    First = 4,

    /// <summary>The number of points.</summary>
    Count = 5,
}

/// <summary>Comparisons.</summary>
public enum ComparisonOperator
{
    /// <summary><c>=</c></summary>
    Equal = 0,

    /// <summary><c>!=</c></summary>
    NotEqual = 1,

    /// <summary><c>&lt;</c></summary>
    Less = 2,

    /// <summary><c>&lt;=</c></summary>
    LessOrEqual = 3,

    /// <summary><c>&gt;</c></summary>
    Greater = 4,

    /// <summary><c>&gt;=</c></summary>
    GreaterOrEqual = 5,

    /// <summary><c>LIKE</c>: case-sensitive, <c>%</c> any text, <c>_</c> any one character (UTF-16 code unit).</summary>
    Like = 6,

    /// <summary><c>ILIKE</c>: the same without regard to case (invariant simple case folding).</summary>
    ILike = 7,
}

/// <summary>One term of an ordering.</summary>
/// <param name="Field">The field.</param>
/// <param name="Descending">
/// Whether greater comes first. Missing keys come last, and NaN just before them, in both directions. Params of different types: numbers
/// (and texts that are numbers) by value, then Booleans, then other texts by code point.
/// </param>
public readonly record struct SearchOrder(SearchField Field, bool Descending = false)
{
    /// <summary>The term as it is written in an ordering.</summary>
    /// <returns>For example <c>metrics.auc DESC</c>.</returns>
    public override string ToString() => SearchPrinter.Print(this);
}
