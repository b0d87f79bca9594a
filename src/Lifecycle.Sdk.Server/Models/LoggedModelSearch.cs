using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Server;

/// <summary>A dataset that metrics are asked for on.</summary>
internal readonly record struct DatasetCondition(string Name, string? Digest)
{
    public bool Holds(LoggedModelMetric metric) => metric.IsOn(Name, Digest);
}

/// <summary>Filters and orders logged models as MLflow's servers do: a condition on a metric holds if any of the model's points fits it, on any of the datasets.</summary>
internal sealed class LoggedModelSearch(IReadOnlyList<DatasetCondition> datasets)
{
    private bool _asksForMetrics;

    public Func<LoggedModel, bool> Compile(SearchExpression? filter)
    {
        Func<LoggedModel, bool> condition = filter is null ? _ => true : Visit(filter);
        // Datasets without a metric mean the models that were measured on them at all.
        return datasets.Count == 0 || _asksForMetrics ? condition : model => model.Metrics.Any(IsOnDataset) && condition(model);
    }

    /// <summary>The newest first, unless another order is asked for. What a model does not have comes last in both directions.</summary>
    public static IEnumerable<LoggedModel> Order(IEnumerable<LoggedModel> models, IReadOnlyList<ApiRequest> orders)
    {
        foreach (var order in orders.Reverse())
        {
            var key = KeyOf(order);
            models = order.Flag("ascending", defaultValue: true) ? models.OrderBy(key) : models.OrderByDescending(key);
            models = models.OrderBy(model => key(model) is null);
        }

        return models;
    }

    private static Func<LoggedModel, IComparable?> KeyOf(ApiRequest order)
    {
        const string Metrics = "metrics.";
        var field = order.Required("field_name");
        if (field.StartsWith(Metrics, StringComparison.Ordinal)) return LatestOf(field[Metrics.Length..].Trim('`', '"'), order.Text("dataset_name"), order.Text("dataset_digest"));
        return field switch
        {
            "creation_timestamp" or "creation_time" => model => model.CreationTime,
            "last_updated_timestamp" or "last_updated_time" => model => model.LastUpdateTime,
            "name" => model => model.Name,
            "model_id" => model => model.Id,
            "model_type" => model => model.ModelType,
            "status" => model => model.Status,
            "source_run_id" => model => model.SourceRunId,
            _ => throw ApiException.Invalid("field_name", field, "logged models are ordered by metrics.NAME or an attribute: creation_timestamp, last_updated_timestamp, name, model_id, model_type, status, source_run_id."),
        };
    }

    private static Func<LoggedModel, IComparable?> LatestOf(string key, string? datasetName, string? datasetDigest) => model =>
    {
        LoggedModelMetric? latest = null;
        foreach (var metric in model.Metrics)
        {
            if (metric.Key == key && metric.IsOn(datasetName, datasetDigest) && (latest is null || metric.IsAfter(latest))) latest = metric;
        }

        return latest is null || double.IsNaN(latest.Value) ? null : latest.Value;
    };

    private Func<LoggedModel, bool> Visit(SearchExpression expression)
    {
        switch (expression)
        {
            case AndExpression and:
                var all = and.Terms.Select(Visit).ToArray();
                return model => Array.TrueForAll(all, term => term(model));
            case OrExpression or:
                var any = or.Terms.Select(Visit).ToArray();
                return model => Array.Exists(any, term => term(model));
            case NotExpression not:
                var inner = Visit(not.Term);
                return model => !inner(model);
            case ComparisonExpression { Field: { Entity: SearchEntity.Metric } field }:
                return OnMetric(field.Key, expression);
            case InExpression { Field: { Entity: SearchEntity.Metric } field }:
                return OnMetric(field.Key, expression);
            default:
                return new SearchFilter<LoggedModel>(LoggedModelRow.Instance).Compile(expression);
        }
    }

    private Func<LoggedModel, bool> OnMetric(string key, SearchExpression expression)
    {
        _asksForMetrics = true;
        var condition = new SearchFilter<LoggedModelMetric>(LoggedModelMetricRow.Instance).Compile(expression);
        return model => model.Metrics.Any(metric => metric.Key == key && (datasets.Count == 0 || IsOnDataset(metric)) && condition(metric));
    }

    private bool IsOnDataset(LoggedModelMetric metric)
    {
        foreach (var dataset in datasets)
        {
            if (dataset.Holds(metric)) return true;
        }

        return false;
    }
}
