namespace Lifecycle.Sdk.Drift;

/// <summary>
/// A numeric column against its reference: exactly, where the reference's values are at hand (raw, or kept whole because they are few),
/// else on the grid of its quantiles.
/// </summary>
/// <remarks>
/// On the grid both distribution functions are exact counts, so the statistics' null laws hold without approximation; what lies inside a
/// cell (1 % of the reference) is not seen. So the grid's D is at most 0.01 below the exact one, and never above it; PSI, Jensen-Shannon
/// and χ² are the same as from raw values, their edges being on the grid; W₁ takes straight lines through the cells.
/// </remarks>
internal readonly ref struct NumericComparison
{
    /// <summary>Sizes from which the Gaussian limit of W₁ is used without being asked for.</summary>
    public const int WassersteinFrom = 10_000;

    private const double LargestCell = 0.01;
    private const double MostTailShare = 0.1;
    private const double FewExpected = 25;

    // Squares of distances between these neither overflow nor vanish.
    private const double LargestValue = 1e140, SmallestDeviation = 1e-140;

    private readonly ReadOnlySpan<double> _reference;
    private readonly ReadOnlySpan<double> _current;
    private readonly QuantileGrid _grid;
    private readonly bool _isTied;
    private readonly DetectionLimits _limits;
    private readonly ulong _seed;
    private readonly double _effective;

    /// <param name="summary">The reference.</param>
    /// <param name="reference">Its sorted values, or empty where only the grid is known.</param>
    /// <param name="current">The sorted current values.</param>
    /// <param name="limits">Critical values of the report.</param>
    /// <param name="seed">The seed of simulations.</param>
    public NumericComparison(
        NumericReference summary, ReadOnlySpan<double> reference, ReadOnlySpan<double> current, DetectionLimits limits, ulong seed)
    {
        _reference = reference;
        _current = current;
        _limits = limits;
        _seed = seed;
        _grid = summary.Grid ?? QuantileGrid.Of(reference);
        _isTied = summary.Values is { } values ? values.Length < 0.95 * _grid.Count : _grid.HasLargeTies();
        double n = _grid.Count, m = current.Length;
        _effective = n / (n + m) * m;
    }

    private bool IsExact => !_reference.IsEmpty;

    private bool HasScale => IsModerate(_current[0]) && IsModerate(_current[^1]) && IsModerate(_grid.Minimum)
        && IsModerate(_grid.Maximum) && _grid.Deviation > SmallestDeviation;

    private long Smaller => Math.Min(_grid.Count, _current.Length);

    public DriftTestResult Test(DriftTest test)
    {
        if (test == DriftTest.Auto)
        {
            bool hasLimit = Smaller >= WassersteinFrom && HasScale && TailShare() <= MostTailShare;
            test = hasLimit ? DriftTest.Wasserstein : DriftTest.KolmogorovSmirnov;
        }

        return test switch
        {
            DriftTest.KolmogorovSmirnov => LargestDistance(""),
            // W₁ is in deviations, which infinite or constant references do not have.
            DriftTest.Wasserstein when !HasScale => LargestDistance("no scale for W₁ (infinite, huge or constant values), so D; "),
            DriftTest.Wasserstein => MeanDistance(),
            _ => Deciles(test),
        };
    }

    private DriftTestResult Deciles(DriftTest test)
    {
        var (edges, reference, withoutTies) = _grid.Deciles();
        double[] current = [.. NumericReference.CountSorted(_current, edges)];
        return HistogramTest.Compare(test, reference, current, withoutTies, _limits, _seed);
    }

    private DriftTestResult LargestDistance(string note)
    {
        if (IsExact && !_isTied)
        {
            HypothesisTestResult exact = KolmogorovSmirnov.CompareOrdered(
                _reference, _current, Alternative.TwoSided, PValueMethod.Auto, [0, 0]);
            return Distance(exact.Statistic, exact.PValue, _limits.CriticalDistance(_effective), note + exact.Method, 0);
        }

        double distance = IsExact ? ExactDistance() : GridDistance();
        bool permuted = IsExact && _grid.Count + _current.Length <= PermutationLaw.LargestTotal;
        SimulatedLaw law = permuted
            ? PermutationLaw.Of(DriftTest.KolmogorovSmirnov, _reference, _current, _seed)
            : BrownianBridges.SquaredMaximum(_grid.ReachedLevels());
        double critical = Math.Min(1, Math.Sqrt(law.UpperQuantile(_limits.Level) / _effective));
        string method = permuted ? "permutation (ties)" : IsExact ? "Brownian bridge on the tied values" : "Brownian bridge on percentiles";
        return Distance(distance, law.Sf(distance * distance * _effective), critical, note + method, IsExact ? 0 : LargestCell);
    }

    private DriftTestResult Distance(double distance, double pValue, double critical, string method, double unseen)
    {
        // At the point where the distance is reached, the difference of two shares has a standard error of at most ½/√N'.
        double detectable = critical + (0.5 * _limits.PowerZ / Math.Sqrt(_effective)) + unseen;
        return new DriftTestResult
        {
            Test = DriftTest.KolmogorovSmirnov,
            Statistic = distance,
            Threshold = critical,
            PValue = pValue,
            EffectSize = distance,
            EffectSizeName = "D",
            SmallestDetectableEffect = detectable <= 1 ? detectable : double.PositiveInfinity,
            Method = method,
        };
    }

    private DriftTestResult MeanDistance()
    {
        double distance = (IsExact ? Wasserstein.DistanceOfSorted(_reference, _current) : GridIntegral()) / _grid.Deviation;
        bool permuted = IsExact && _grid.Count + _current.Length <= PermutationLaw.LargestTotal;
        double norm = _grid.Deviation * _grid.Deviation;
        SimulatedLaw law = permuted
            ? PermutationLaw.Of(DriftTest.Wasserstein, _reference, _current, _seed)
            : BrownianBridges.SquaredIntegral(_grid.Widths());
        double critical = Math.Sqrt(law.UpperQuantile(_limits.Level) / norm / _effective);
        string tails = !permuted && TailShare() > MostTailShare ? ", rough: the tails are too heavy for it" : "";
        return new DriftTestResult
        {
            Test = DriftTest.Wasserstein,
            Statistic = distance,
            Threshold = critical,
            PValue = law.Sf(distance * distance * norm * _effective),
            EffectSize = distance,
            EffectSizeName = "W₁/σ",
            SmallestDetectableEffect = critical + (_limits.PowerZ / Math.Sqrt(_effective)),
            Method = (permuted ? "permutation" : "Brownian bridge on the reference's quantiles") + tails,
        };
    }

    private static bool IsModerate(double value) => Math.Abs(value) <= LargestValue;

    private double ExactDistance()
    {
        var (above, below) = KolmogorovSmirnov.Reaches(_reference, _current);
        return Math.Max(above, below) / ((double)_reference.Length * _current.Length);
    }

    private double GridDistance()
    {
        double largest = 0;
        for (int i = 0; i < _grid.Quantiles.Length; i++) largest = Math.Max(largest, Math.Abs(GapAt(i)));
        return largest;
    }

    // Trapezoids between the quantiles, and beyond the outermost ones triangles to the farthest value of either side.
    private double GridIntegral()
    {
        double[] quantiles = _grid.Quantiles;
        double before = Math.Abs(GapAt(0)), sum = before * (quantiles[0] - Math.Min(_grid.Minimum, _current[0])) / 2;
        for (int i = 1; i < quantiles.Length; i++)
        {
            double gap = Math.Abs(GapAt(i));
            sum += (before + gap) / 2 * (quantiles[i] - quantiles[i - 1]);
            before = gap;
        }

        return sum + (before * (Math.Max(_grid.Maximum, _current[^1]) - quantiles[^1]) / 2);
    }

    private double GapAt(int level) =>
        ((double)_grid.Below[level] / _grid.Count) - ((double)SortedRuns.LowerBound(_current, _grid.Quantiles[level]) / _current.Length);

    /// <summary>The share of the mean null distance ∫√(F(1-F)) that lies where fewer than 25 values are expected.</summary>
    private double TailShare()
    {
        double[] widths = _grid.Widths();
        double tails = 0, all = 0;
        for (int i = 0; i < widths.Length; i++)
        {
            double level = BrownianBridges.Levels[i], mass = Math.Min(level, 1 - level);
            double part = widths[i] * Math.Sqrt(level * (1 - level));
            all += part;
            if (mass * Smaller < FewExpected) tails += part;
        }

        return all > 0 ? tails / all : 0;
    }
}
