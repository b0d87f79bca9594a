using Lifecycle.Sdk.Evaluation;
using Xunit;

namespace Lifecycle.Sdk.Tests.Evaluation;

public sealed class ValidationGateTests
{
    private static readonly Dictionary<string, double> Metrics =
        new() { ["accuracy"] = 0.8, ["log_loss"] = 0.4, ["undefined"] = double.NaN };

    [Fact]
    public void A_gate_passes_when_every_rule_does_and_thresholds_include_their_ends()
    {
        var result = new ValidationGate("release", GateRule.AtLeast("accuracy", 0.8), GateRule.AtMost("log_loss", 0.4)).Evaluate(Metrics);

        Assert.True(result.Passed);
        result.ThrowIfFailed();
        Assert.StartsWith("gate 'release' passed", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void One_failed_rule_fails_the_gate_and_the_exception_tells_all_of_them()
    {
        var result = new ValidationGate("release", GateRule.AtLeast("accuracy", 0.9), GateRule.AtMost("log_loss", 0.5)).Evaluate(Metrics);

        var error = Assert.Throws<GateFailedException>(result.ThrowIfFailed);
        Assert.Same(result, error.Result);
        Assert.Contains("FAIL  accuracy is at least 0.9: it is 0.8", error.Message, StringComparison.Ordinal);
        Assert.Contains("pass  log_loss is at most 0.5: it is 0.4", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("undefined")]
    [InlineData("missing")]
    public void What_is_not_known_cannot_pass(string metric)
    {
        var rules = new[] { GateRule.AtLeast(metric, -1e9), GateRule.AtMost(metric, 1e9), GateRule.NotWorse(metric),
            GateRule.Better(metric), GateRule.NonInferior(metric, 1e9) };
        var result = new ValidationGate("strict", rules).Evaluate(Metrics);

        Assert.All(result.Checks, check => Assert.False(check.Passed));
        Assert.All(result.Checks, check => Assert.NotEmpty(check.Reason));
    }

    [Fact]
    public void Comparisons_decide_by_their_level_and_margin()
    {
        int[] truth = new int[100];
        int[] half = [.. Enumerable.Range(0, 100).Select(i => i % 2)];
        int[] near = [.. half.Select((f, i) => i == 1 ? 0 : f)];
        var better = ModelComparison.McNemar(truth, half, truth);
        var worse = ModelComparison.McNemar(truth, truth, half);
        var alike = ModelComparison.PairedBootstrap<int, int>(
            "accuracy", truth, half, near, (y, f) => ClassificationMetrics.Accuracy(y, f));

        bool Passes(GateRule rule, ComparisonResult comparison) => new ValidationGate("g", rule).Evaluate(null, comparison).Passed;

        Assert.True(Passes(GateRule.Better("accuracy"), better));
        Assert.False(Passes(GateRule.Better("accuracy"), alike));
        Assert.True(Passes(GateRule.NotWorse("accuracy"), alike));
        Assert.False(Passes(GateRule.NotWorse("accuracy"), worse));
        Assert.True(Passes(GateRule.NonInferior("accuracy", 0.05), alike));
        // McNemar gives no interval, so nothing bounds the loss.
        Assert.False(Passes(GateRule.NonInferior("accuracy", 0.05), better));
    }

    [Fact]
    public void A_comparison_without_p_value_fails_also_the_lenient_rule()
    {
        var unclear = ModelComparison.CorrectedResampledTTest("accuracy", [0.9, 0.9], [0.1, 0.1], 0.5);

        Assert.False(new ValidationGate("g", GateRule.NotWorse("accuracy")).Evaluate(Metrics, unclear).Passed);
    }

    [Fact]
    public void Results_survive_JSON()
    {
        var result = new ValidationGate("g", GateRule.AtLeast("undefined", 0.5), GateRule.AtMost("missing", 1)).Evaluate(Metrics);
        var read = GateResult.FromJson(result.ToJson());

        Assert.Equal(result.Checks, read.Checks);
        Assert.Equal((result.Gate, result.Passed), (read.Gate, read.Passed));
        Assert.Equal(result.ToString(), read.ToString());
    }

    [Fact]
    public void Rules_that_make_no_sense_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new ValidationGate("empty"));
        Assert.Throws<ArgumentException>(() => new ValidationGate(" ", GateRule.AtLeast("a", 1)));
        Assert.ThrowsAny<ArgumentException>(() => GateRule.AtLeast("", 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => GateRule.AtLeast("a", double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => GateRule.NotWorse("a", 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => GateRule.NonInferior("a", -0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ValidationGate("g", new GateRule((GateDemand)9, "a")));
    }
}
