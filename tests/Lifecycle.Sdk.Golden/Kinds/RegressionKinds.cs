using Lifecycle.Sdk.Evaluation;

namespace Lifecycle.Sdk.Golden.Kinds;

/// <summary>Regression metrics and correlations.</summary>
internal static class RegressionKinds
{
    private delegate double Metric(ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights);

    private delegate CorrelationResult PairStatistic(ReadOnlySpan<double> x, ReadOnlySpan<double> y);

    public static void Register(KindTable table)
    {
        Add(table, "mae", RegressionMetrics.MeanAbsoluteError);
        AddSquared(table, "mse", "True", RegressionMetrics.MeanSquaredError);
        AddSquared(table, "rmse", "False", RegressionMetrics.RootMeanSquaredError);
        Add(table, "r2", RegressionMetrics.R2);
        Add(table, "mape", RegressionMetrics.MeanAbsolutePercentageError);
        Add(table, "median_ae", RegressionMetrics.MedianAbsoluteError);
        Add(table, "explained_variance", RegressionMetrics.ExplainedVariance);
        Add(table, "msle", RegressionMetrics.MeanSquaredLogError);
        Add(table, "poisson_deviance", RegressionMetrics.PoissonDeviance);
        Add(table, "gamma_deviance", RegressionMetrics.GammaDeviance);
        Add(table, "d2_absolute", RegressionMetrics.D2AbsoluteError);
        table.Add("pinball_0.9", g => GoldenResult.Value(RegressionMetrics.PinballLoss(
            g.Input("y"), g.Input("f"), g.Call.Number("alpha", 0.5), Weights(g))));
        table.Add("max_error", g => GoldenResult.Value(RegressionMetrics.MaxError(g.Input("y"), g.Input("f"))));
        Add(table, "pearson", Correlation.Pearson);
        Add(table, "spearman", Correlation.Spearman);
        Add(table, "kendall", Correlation.Kendall);
    }

    private static void Add(KindTable table, string kind, PairStatistic correlation) => table.Add(kind, g =>
    {
        var result = correlation(g.Input("y"), g.Input("f"));
        return GoldenResult.Test(result.Coefficient, result.PValue);
    });

    private static void Add(KindTable table, string kind, Metric metric) =>
        table.Add(kind, g => GoldenResult.Value(metric(g.Input("y"), g.Input("f"), Weights(g))));

    // The reference has one function for both.
    private static void AddSquared(KindTable table, string kind, string squared, Metric metric) => table.Add(kind, g =>
    {
        if ((g.Argument("squared") ?? "True") != squared)
            throw GoldenCall.Unknown("squared", g.Argument("squared"));
        return GoldenResult.Value(metric(g.Input("y"), g.Input("f"), Weights(g)));
    });

    private static double[] Weights(GoldenCase golden) => golden.Argument("sample_weight") is { } name ? golden.Input(name) : [];
}
