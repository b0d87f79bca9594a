using System.Collections.Frozen;
using System.Globalization;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>
/// What a model must fulfil before it may go on: thresholds for metrics, and comparisons with a baseline. Define it once, evaluate it in
/// a test project or a pipeline, and call <see cref="GateResult.ThrowIfFailed"/> there. Immutable, and safe to share between threads.
/// </summary>
public sealed class ValidationGate
{
    private static readonly FrozenDictionary<string, double> NoMetrics = FrozenDictionary<string, double>.Empty;

    /// <summary>Creates a gate.</summary>
    /// <param name="name">The name that results carry.</param>
    /// <param name="rules">What must be fulfilled, at least one rule.</param>
    /// <exception cref="ArgumentException">The name is empty, there is no rule, or a rule is null or out of range.</exception>
    public ValidationGate(string name, params IEnumerable<GateRule> rules)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(rules);
        Name = name;
        Rules = [.. rules.Select(rule => rule?.Checked() ?? throw new ArgumentException("A rule is null.", nameof(rules)))];
        if (Rules.Count == 0)
            throw new ArgumentException("A gate without a rule would let everything through.", nameof(rules));
    }

    /// <summary>The name that results carry.</summary>
    public string Name { get; }

    /// <summary>What must be fulfilled.</summary>
    public IReadOnlyList<GateRule> Rules { get; }

    /// <summary>
    /// Evaluates every rule. A metric or comparison that is missing, NaN or without the interval it needs fails its rule with a
    /// reason: what is not known cannot pass.
    /// </summary>
    /// <param name="metrics">Metrics by name, such as <see cref="ClassificationReport.Metrics"/>; null for none.</param>
    /// <param name="comparisons">Comparisons with the baseline, found by their metric; of several for one metric the first counts.</param>
    public GateResult Evaluate(IReadOnlyDictionary<string, double>? metrics, params IEnumerable<ComparisonResult> comparisons)
    {
        ArgumentNullException.ThrowIfNull(comparisons);
        ComparisonResult[] known = [.. comparisons];
        GateCheck[] checks = [.. Rules.Select(rule => rule.Demand is GateDemand.AtLeast or GateDemand.AtMost
            ? CheckThreshold(rule, metrics ?? NoMetrics)
            : CheckComparison(rule, Array.Find(known, comparison => comparison.Metric == rule.Metric)))];
        return new GateResult(Name, Array.TrueForAll(checks, check => check.Passed), checks);
    }

    private static GateCheck CheckThreshold(GateRule rule, IReadOnlyDictionary<string, double> metrics)
    {
        if (!metrics.TryGetValue(rule.Metric, out var value))
            return new GateCheck(rule, false, null, $"there is no metric '{rule.Metric}'");
        if (double.IsNaN(value))
            return new GateCheck(rule, false, value, "the metric is NaN: it is not defined for these rows");
        var passed = rule.Demand == GateDemand.AtLeast ? value >= rule.Threshold : value <= rule.Threshold;
        return new GateCheck(rule, passed, value, string.Create(CultureInfo.InvariantCulture, $"it is {value:0.######}"));
    }

    private static GateCheck CheckComparison(GateRule rule, ComparisonResult? comparison)
    {
        if (comparison is null)
            return new GateCheck(rule, false, null, $"there is no comparison by '{rule.Metric}'");
        if (rule.Demand == GateDemand.NonInferior)
        {
            return comparison.Interval is { } range
                ? new GateCheck(rule, range.Lower > -rule.Threshold, comparison.Improvement, comparison.ToString())
                : new GateCheck(rule, false, comparison.Improvement, $"the comparison gives no interval ({comparison.Method})");
        }

        if (double.IsNaN(comparison.PValueBetter) || double.IsNaN(comparison.PValueWorse))
            return new GateCheck(rule, false, comparison.Improvement, $"the rows cannot tell the models apart ({comparison})");
        var passed = rule.Demand == GateDemand.Better ? comparison.IsBetter(rule.Alpha) : !comparison.IsWorse(rule.Alpha);
        return new GateCheck(rule, passed, comparison.Improvement, comparison.ToString());
    }
}
