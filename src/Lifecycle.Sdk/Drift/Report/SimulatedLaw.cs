namespace Lifecycle.Sdk.Drift;

/// <summary>
/// A null law from draws of a statistic that grows like chi-squared, as every statistic here does (distances after squaring). Beyond the
/// upper draws its tail is taken as exponential, with the mean excess of the draws above that point: a generalised Pareto tail (Knijnenburg
/// et al., "Fewer permutations, more accurate P-values", Bioinformatics 25, 2009) whose shape is known to be 0. So one strong drift among
/// hundreds of columns still gets a p-value that survives the correction.
/// </summary>
internal sealed class SimulatedLaw
{
    private const int TailDraws = 100;
    private readonly double[] _draws;
    private readonly double _tailStart;
    private readonly double _tailScale;
    private readonly double _tailShare;

    /// <summary>Takes the draws over and sorts them.</summary>
    public SimulatedLaw(double[] draws)
    {
        Array.Sort(draws);
        _draws = draws;
        int tail = Math.Min(TailDraws, draws.Length / 10);
        _tailStart = draws[^(tail + 1)];
        _tailShare = (tail + 1.0) / (draws.Length + 1.0);
        for (int i = draws.Length - tail; i < draws.Length; i++) _tailScale += (draws[i] - _tailStart) / tail;
    }

    /// <summary>P(T ≥ statistic), with the observation counted among the draws, so never 0 in the range of the draws.</summary>
    public double Sf(double statistic)
    {
        if (statistic > _tailStart && _tailScale > 0)
            return _tailShare * Math.Exp((_tailStart - statistic) / _tailScale);
        // A hair of slack: the same table must count as reached, whatever the order of its sums.
        double reached = statistic * (1 - 1e-9);
        int low = 0, high = _draws.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_draws[middle] < reached) low = middle + 1;
            else high = middle;
        }

        return (_draws.Length - low + 1.0) / (_draws.Length + 1.0);
    }

    /// <summary>The statistic that is exceeded with the given probability.</summary>
    public double UpperQuantile(double probability)
    {
        if (probability < _tailShare && _tailScale > 0) return _tailStart - (_tailScale * Math.Log(probability / _tailShare));
        return _draws[Math.Clamp((int)Math.Ceiling((1 - probability) * (_draws.Length + 1)) - 1, 0, _draws.Length - 1)];
    }
}
