using System.Globalization;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>
/// The rules that rows, weights and probabilities have to keep, stated once so that every metric refuses the same things.
/// </summary>
internal static class InputRules
{
    internal static void SameLength(int expected, int actual, string name)
    {
        if (actual != expected)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"'{name}' has {actual} rows, but 'truth' has {expected}; they must be equally long."),
                name);
        }
    }

    internal static void Rows(int truth, int other, string name)
    {
        if (truth == 0)
            throw new ArgumentException("There are no rows: a metric needs at least one.", nameof(truth));
        SameLength(truth, other, name);
    }

    /// <summary>No weights mean that every row counts once. Weights are finite, not negative, and not all zero.</summary>
    internal static void Weights(ReadOnlySpan<double> weights, int rows)
    {
        if (weights.IsEmpty)
            return;
        SameLength(rows, weights.Length, nameof(weights));
        var total = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            if (!(weights[i] >= 0) || double.IsPositiveInfinity(weights[i]))
                throw Bad(nameof(weights), weights[i], i, "a weight must be finite and not negative");
            total += weights[i];
        }

        if (total == 0)
            throw new ArgumentException("All weights are zero: at least one row must count.", nameof(weights));
        if (double.IsInfinity(total))
            throw new ArgumentException("The sum of the weights is beyond the range of a double.", nameof(weights));
    }

    internal static void NoNaN(ReadOnlySpan<double> values, string name)
    {
        var at = ColumnInput.IndexOfNaN(values);
        if (at >= 0)
            throw Bad(name, double.NaN, at, "NaN is refused here; drop such rows first, or use a report with NaNPolicy.Drop");
    }

    internal static void Probabilities(ReadOnlySpan<double> values, string name)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!(values[i] >= 0 && values[i] <= 1))
                throw Bad(name, values[i], i, "a probability lies in [0, 1]");
        }
    }

    internal static void NotNegative(ReadOnlySpan<double> values, string name, string metric)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!(values[i] >= 0))
                throw Bad(name, values[i], i, metric + " needs values that are not negative");
        }
    }

    internal static void Positive(ReadOnlySpan<double> values, string name, string metric)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!(values[i] > 0))
                throw Bad(name, values[i], i, metric + " needs values above zero");
        }
    }

    private static ArgumentException Bad(string name, double value, int index, string rule) =>
        new(string.Create(CultureInfo.InvariantCulture, $"'{name}' holds {value} at position {index}: {rule}."), name);
}
