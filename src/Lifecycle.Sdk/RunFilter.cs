using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>
/// Builds conditions for searching runs, the same trees as <see cref="SearchParser"/> reads from text. Fields compare with
/// <c>== != &lt; &lt;= &gt; &gt;=</c>, conditions join with <c>&amp;</c>, <c>|</c> and <c>!</c> (not <c>&amp;&amp;</c> and <c>||</c>).
/// <code>
/// var filter = RunFilter.Metric("auc") > 0.9 &amp; (RunFilter.Param("kind") == "gbt" | RunFilter.Param("depth").In(6, 8));
/// </code>
/// </summary>
public static class RunFilter
{
    /// <summary>The run's id.</summary>
    public static FilterField Id { get; } = Attribute("run_id");

    /// <summary>The run's name.</summary>
    public static FilterField Name { get; } = Attribute("run_name");

    /// <summary>The run's status; compare it with a <see cref="RunStatus"/>.</summary>
    public static FilterField Status { get; } = Attribute("status");

    /// <summary>Who started the run.</summary>
    public static FilterField User { get; } = Attribute("user_id");

    /// <summary>The id of the run's experiment.</summary>
    public static FilterField ExperimentId { get; } = Attribute("experiment_id");

    /// <summary>The id of the run that the run is nested in.</summary>
    public static FilterField ParentId { get; } = Attribute("parent_run_id");

    /// <summary>When the run started; compare it with a <see cref="DateTimeOffset"/>, which counts to the millisecond.</summary>
    public static FilterField StartTime { get; } = Attribute("start_time");

    /// <summary>When the run ended; a run that has not ended does not have it.</summary>
    public static FilterField EndTime { get; } = Attribute("end_time");

    /// <summary>The name of any of the run's datasets.</summary>
    public static FilterField DatasetName { get; } = Dataset("name");

    /// <summary>The digest of any of the run's datasets.</summary>
    public static FilterField DatasetDigest { get; } = Dataset("digest");

    /// <summary>The use of any of the run's datasets, such as <c>training</c>.</summary>
    public static FilterField DatasetContext { get; } = Dataset("context");

    /// <summary>A metric, by its latest value.</summary>
    /// <param name="key">The series, with its context if it has one: <c>loss</c>, <c>loss{subset=train}</c>.</param>
    /// <param name="aggregate">Another number of the series than the latest.</param>
    /// <returns>The field.</returns>
    /// <exception cref="ArgumentException">The key is not a series name.</exception>
    public static FilterField Metric(string key, MetricAggregate aggregate = MetricAggregate.Last) =>
        new(new SearchField(SearchEntity.Metric, MetricKey.Parse(key).ToString(), aggregate));

    /// <summary>A param; a number compares with numbers by value, a text with the param's text, a Boolean with Booleans.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The field.</returns>
    /// <exception cref="ArgumentException">The name is null or empty.</exception>
    public static FilterField Param(string name) => Named(SearchEntity.Param, name);

    /// <summary>A tag.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The field.</returns>
    /// <exception cref="ArgumentException">The name is null or empty.</exception>
    public static FilterField Tag(string name) => Named(SearchEntity.Tag, name);

    /// <summary>Reads a condition from text; see <see cref="SearchParser"/> for the language.</summary>
    /// <param name="text">For example <c>metrics.auc > 0.9 and params.kind = 'gbt'</c>; not blank.</param>
    /// <returns>The condition.</returns>
    /// <exception cref="ArgumentException">The text is blank or not a filter.</exception>
    public static SearchExpression Parse(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        return SearchParser.ParseRunFilter(text)!;
    }

    private static FilterField Attribute(string key) => new(new SearchField(SearchEntity.Attribute, key));

    private static FilterField Dataset(string key) => new(new SearchField(SearchEntity.Dataset, key));

    private static FilterField Named(SearchEntity entity, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new(new SearchField(entity, name));
    }
}
