using Lifecycle.Sdk.Drift;
using Lifecycle.Sdk.Evaluation;
using Lifecycle.Sdk.Quality;
using Xunit;

namespace Lifecycle.Sdk.Tests.Tracking;

public sealed class ReportBridgeTests
{
    private static readonly string[] Sexes = ["f", "m", "f", "m", "f", "m", "f", "m"];
    private static readonly int[] Truth = [1, 0, 1, 1, 0, 0, 1, 0];
    private static readonly int[] Predicted = [1, 0, 1, 0, 0, 1, 1, 0];

    [Fact]
    public async Task An_evaluation_becomes_metrics_and_artifacts()
    {
        using var lab = new TrackerLab("file");
        await using var tracker = lab.Open();
        await using var run = tracker.StartRun("x");
        await run.LogEvaluationAsync(ClassificationReport.Compute(Truth.AsSpan(), Predicted.AsSpan()), step: 3);
        await run.LogEvaluationAsync(RegressionReport.Compute([1.0, 2, 3], [1.5, 2, 2.5]), "test/regression");
        run.Complete();
        var info = await tracker.Runs.GetAsync(run.Id);
        Assert.Equal(0.75, info.Metrics["evaluation/accuracy"].Last.Value);
        Assert.Equal(3, info.Metrics["evaluation/accuracy"].Last.Step);
        Assert.Contains(info.Metrics.Keys, key => key.StartsWith("test/regression/", StringComparison.Ordinal));
        Assert.Equal(
            ["evaluation.json", "evaluation.txt", "test/regression.json", "test/regression.txt"],
            (await tracker.Runs.ListArtifactsAsync(run.Id)).Select(artifact => artifact.Path.ToString()));
        await using var content = await tracker.Runs.OpenArtifactAsync(run.Id, "evaluation.json");
        var back = ClassificationReport.FromJson(await new StreamReader(content).ReadToEndAsync());
        Assert.Equal(0.75, back.Metrics["accuracy"]);
    }

    [Fact]
    public async Task A_drift_report_becomes_a_series_per_column_whatever_the_column_is_called()
    {
        using var lab = new TrackerLab("sqlite");
        await using var tracker = lab.Open();
        await using var run = tracker.StartRun("x");
        var random = new Random(1);
        double[] before = [.. Enumerable.Range(0, 500).Select(_ => random.NextDouble())], after = [.. before.Select(value => value + 5)];
        var reference = new Table(Column.Of("a{b}=c,\n", before), Column.Of("same", before));
        var report = DriftReport.Compare(reference, new Table(Column.Of("a{b}=c,\n", after), Column.Of("same", before)));
        await run.LogDriftAsync(report);
        run.Complete();
        var metrics = (await tracker.Runs.GetAsync(run.Id)).Metrics;
        Assert.Equal(1, metrics["drift/drifted_columns"].Last.Value);
        Assert.Equal(0.5, metrics["drift/drifted_share"].Last.Value);
        Assert.True(metrics["drift/p_value{column=a_b__c__}"].Last.Value < 1e-6);
        Assert.True(metrics["drift/p_value{column=same}"].Last.Value > 0.05);
        Assert.Equal(["drift.html", "drift.json", "drift.txt"], (await tracker.Runs.ListArtifactsAsync(run.Id)).Select(artifact => artifact.Path.ToString()));
    }

    [Fact]
    public async Task Fairness_and_quality_are_kept_too()
    {
        using var lab = new TrackerLab("file");
        await using var tracker = lab.Open();
        await using var run = tracker.StartRun("x");
        await run.LogFairnessAsync(FairnessReport.Compute([.. Truth.Select(y => y == 1)], [.. Predicted.Select(y => y == 1)], Sexes));
        await run.LogQualityAsync(new DataChecks().Column("age", column => column.InRange(0, 120)).Run(new Table(Column.Of("age", (double[])[5, 500]))));
        run.Complete();
        var metrics = (await tracker.Runs.GetAsync(run.Id)).Metrics;
        Assert.Contains(metrics.Keys, key => key.StartsWith("fairness/", StringComparison.Ordinal));
        Assert.Equal(0, metrics["quality/passed"].Last.Value);
        Assert.Equal(1, metrics["quality/findings"].Last.Value);
    }
}
