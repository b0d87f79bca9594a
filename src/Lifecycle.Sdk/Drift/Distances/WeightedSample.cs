namespace Lifecycle.Sdk.Drift;

/// <summary>A weighted sample in increasing order of its values.</summary>
/// <param name="Values">The values that take part, sorted.</param>
/// <param name="Cumulative">The share of weight at or before each value; the last is 1.</param>
/// <param name="Dropped">Pairs left out because of NaN.</param>
internal readonly record struct WeightedSample(double[] Values, double[] Cumulative, int Dropped)
{
    public static WeightedSample Sorted(
        ReadOnlySpan<double> values, ReadOnlySpan<double> weights, NaNPolicy policy, string name, string weightsName)
    {
        if (policy is not (NaNPolicy.Refuse or NaNPolicy.Drop))
            throw new ArgumentOutOfRangeException(nameof(policy), policy, "The NaN policy is either Refuse or Drop.");
        if (values.Length != weights.Length)
            throw new ArgumentException(
                $"'{name}' has {values.Length} values, but '{weightsName}' has {weights.Length} weights.", weightsName);
        if (values.IsEmpty) throw new ArgumentException($"'{name}' is empty; this statistic needs at least one value.", name);

        double[] kept = new double[values.Length], mass = new double[values.Length];
        var count = 0;
        for (var i = 0; i < values.Length; i++)
        {
            if (double.IsNaN(values[i]) || double.IsNaN(weights[i]))
            {
                if (policy == NaNPolicy.Drop) continue;
                throw new ArgumentException($"'{(double.IsNaN(values[i]) ? name : weightsName)}' holds NaN at position {i}.", name);
            }

            if (weights[i] < 0 || double.IsInfinity(weights[i]))
                throw new ArgumentException(
                    $"Weights must be finite and not negative, but '{weightsName}' breaks this at position {i}.", weightsName);
            kept[count] = values[i];
            mass[count++] = weights[i];
        }

        if (count == 0) throw new ArgumentException($"'{name}' holds nothing but NaN, so no value is left after dropping them.", name);
        Array.Sort(kept, mass, 0, count);
        ToShares(mass.AsSpan(0, count), weightsName);
        return new WeightedSample(kept[..count], mass[..count], values.Length - count);
    }

    private static void ToShares(Span<double> mass, string weightsName)
    {
        var sum = 0.0;
        foreach (ref var weight in mass)
        {
            sum += weight;
            weight = sum;
        }

        if (sum == 0 || double.IsInfinity(sum))
            throw new ArgumentException($"The sum of '{weightsName}' must be positive and finite.", weightsName);
        foreach (ref var cumulated in mass) cumulated /= sum;
    }
}
