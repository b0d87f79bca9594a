using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>
/// Builds terms for ordering runs. Smaller comes first unless a term is turned by <see cref="GreatestFirst"/>; runs without the field come
/// last either way, and NaN just before them. What terms leave open is decided by start time, newest first, and then by id.
/// </summary>
public static class RunOrder
{
    /// <summary>By start time, oldest first.</summary>
    public static SearchOrder ByStartTime { get; } = By(RunFilter.StartTime);

    /// <summary>By end time, earliest first.</summary>
    public static SearchOrder ByEndTime { get; } = By(RunFilter.EndTime);

    /// <summary>By name, in the order of code points.</summary>
    public static SearchOrder ByName { get; } = By(RunFilter.Name);

    /// <summary>By a metric, smallest first.</summary>
    /// <param name="key">The series, with its context if it has one.</param>
    /// <param name="aggregate">Another number of the series than the latest.</param>
    /// <returns>The term.</returns>
    /// <exception cref="ArgumentException">The key is not a series name.</exception>
    public static SearchOrder ByMetric(string key, MetricAggregate aggregate = MetricAggregate.Last) => By(RunFilter.Metric(key, aggregate));

    /// <summary>By a param: numbers by value, then Booleans, then texts.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The term.</returns>
    /// <exception cref="ArgumentException">The name is null or empty.</exception>
    public static SearchOrder ByParam(string name) => By(RunFilter.Param(name));

    /// <summary>By a tag.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The term.</returns>
    /// <exception cref="ArgumentException">The name is null or empty.</exception>
    public static SearchOrder ByTag(string name) => By(RunFilter.Tag(name));

    /// <summary>By any field that has one value.</summary>
    /// <param name="field">The field.</param>
    /// <returns>The term.</returns>
    public static SearchOrder By(FilterField field) => new(field.Field);

    /// <summary>The same term, greatest first.</summary>
    /// <param name="order">The term.</param>
    /// <returns>The term in the other direction.</returns>
    public static SearchOrder GreatestFirst(this SearchOrder order) => order with { Descending = true };
}
