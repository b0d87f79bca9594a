namespace Lifecycle.Sdk.Storage;

/// <summary>
/// Reads filters and orderings from text. The language is MLflow's search language, so that what works there works here, and more:
/// OR, NOT and parentheses (NOT binds tighter than AND, AND tighter than OR), IN for every field, params compared as the types they
/// have, aggregates of metrics and series with a context.
/// <code>
/// metrics.auc > 0.9 AND (params.kind = 'gbt' OR params.depth IN (6, 8)) AND NOT status = 'FAILED'
/// min(metrics.loss{subset=val}) &lt; 0.1 AND tags.`team name` ILIKE 'vision%' AND start_time >= '2026-01-31'
/// </code>
/// Entities are <c>metric(s)</c>, <c>param(s)</c> or <c>parameter(s)</c>, <c>tag(s)</c>, <c>dataset(s)</c>, and <c>attribute(s)</c>,
/// <c>attr</c>, <c>run</c> or nothing. Keys stand bare, in backticks or in double quotes; only the first dot splits. Text stands in single
/// or double quotes; a doubled quote stands for itself. Times are milliseconds since 1970, or a quoted ISO 8601 date or time,
/// UTC unless it has an offset. Keywords and entities may be in any case, keys of metrics, params and tags are case-sensitive.
/// A text may have 100,000 characters, 200 levels, 1,000 conditions and 10,000 literals.
/// </summary>
public static class SearchParser
{
    /// <summary>Reads a filter over runs.</summary>
    /// <param name="text">The filter; null or blank for none.</param>
    /// <returns>The condition; null for none.</returns>
    /// <exception cref="ArgumentException">The text is not a filter; the message shows where, what was found and what was
    /// expected.</exception>
    public static SearchExpression? ParseRunFilter(string? text) => ParseFilter(text, SearchTarget.Runs);

    /// <summary>Reads a filter over experiments, which have attributes and tags.</summary>
    /// <param name="text">The filter; null or blank for none.</param>
    /// <returns>The condition; null for none.</returns>
    /// <exception cref="ArgumentException">The text is not a filter; the message shows where, what was found and what was
    /// expected.</exception>
    public static SearchExpression? ParseExperimentFilter(string? text) => ParseFilter(text, SearchTarget.Experiments);

    /// <summary>Reads an ordering of runs.</summary>
    /// <param name="terms">Terms such as <c>metrics.auc DESC</c>, or several in one text with commas between; <c>ASC</c> by
    /// default.</param>
    /// <returns>The terms.</returns>
    /// <exception cref="ArgumentException">A text is not an ordering, or a field comes twice.</exception>
    public static IReadOnlyList<SearchOrder> ParseRunOrder(params IEnumerable<string> terms) => ParseOrder(terms, SearchTarget.Runs);

    /// <summary>Reads an ordering of experiments.</summary>
    /// <param name="terms">Terms such as <c>name</c> or <c>creation_time DESC</c>, or several in one text with commas between.</param>
    /// <returns>The terms.</returns>
    /// <exception cref="ArgumentException">A text is not an ordering, or a field comes twice.</exception>
    public static IReadOnlyList<SearchOrder> ParseExperimentOrder(params IEnumerable<string> terms) =>
        ParseOrder(terms, SearchTarget.Experiments);

    /// <summary>Reads a filter over registered models, which have attributes and tags; see <see cref="ModelQuery.Filter"/>.</summary>
    /// <param name="text">The filter; null or blank for none.</param>
    /// <returns>The condition; null for none.</returns>
    /// <exception cref="ArgumentException">The text is not a filter.</exception>
    public static SearchExpression? ParseModelFilter(string? text) => ParseFilter(text, SearchTarget.Models);

    /// <summary>Reads an ordering of registered models.</summary>
    /// <param name="terms">Terms such as <c>name</c> or <c>last_updated_timestamp DESC</c>, or several in one text with commas between.</param>
    /// <returns>The terms.</returns>
    /// <exception cref="ArgumentException">A text is not an ordering, or a field comes twice.</exception>
    public static IReadOnlyList<SearchOrder> ParseModelOrder(params IEnumerable<string> terms) => ParseOrder(terms, SearchTarget.Models);

    /// <summary>Reads a filter over model versions, which have attributes and tags; see <see cref="ModelQuery.Filter"/>.</summary>
    /// <param name="text">The filter; null or blank for none.</param>
    /// <returns>The condition; null for none.</returns>
    /// <exception cref="ArgumentException">The text is not a filter.</exception>
    public static SearchExpression? ParseVersionFilter(string? text) => ParseFilter(text, SearchTarget.Versions);

    /// <summary>Reads an ordering of model versions.</summary>
    /// <param name="terms">Terms such as <c>version_number DESC</c>, or several in one text with commas between.</param>
    /// <returns>The terms.</returns>
    /// <exception cref="ArgumentException">A text is not an ordering, or a field comes twice.</exception>
    public static IReadOnlyList<SearchOrder> ParseVersionOrder(params IEnumerable<string> terms) => ParseOrder(terms, SearchTarget.Versions);

    /// <summary>A filter of logged models, which only the server knows.</summary>
    internal static SearchExpression? ParseLoggedModelFilter(string? text) => ParseFilter(text, SearchTarget.LoggedModels);

    private static SearchExpression? ParseFilter(string? text, SearchTarget target)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        var expression = new SearchFilterParser(new SearchReader(text, "filter"), target).Read();
        SearchValidator.RequireValid(target, expression);
        return expression;
    }

    private static List<SearchOrder> ParseOrder(IEnumerable<string> terms, SearchTarget target)
    {
        ArgumentNullException.ThrowIfNull(terms);
        var orders = new List<SearchOrder>();
        foreach (var text in terms)
        {
            if (!string.IsNullOrWhiteSpace(text)) ReadOrders(new SearchReader(text, "ordering"), target, orders);
        }

        SearchValidator.RequireValid(target, orders);
        return orders;
    }

    private static void ReadOrders(SearchReader reader, SearchTarget target, List<SearchOrder> orders)
    {
        var fields = new SearchFieldParser(reader, target);
        reader.SkipSpace();
        if (reader.TryReadKeyword("ORDER"))
        {
            reader.SkipSpace();
            if (!reader.TryReadKeyword("BY")) throw reader.Error("BY after ORDER");
        }

        do
        {
            var field = fields.Read();
            reader.SkipSpace();
            var descending = reader.TryReadKeyword("DESC");
            if (!descending) reader.TryReadKeyword("ASC");
            orders.Add(new SearchOrder(field, descending));
            reader.SkipSpace();
        }
        while (reader.TryRead(","));
        if (!reader.AtEnd) throw reader.Error("ASC, DESC, ',' or the end");
    }
}
