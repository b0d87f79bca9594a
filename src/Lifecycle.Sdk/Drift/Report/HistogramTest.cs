using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// χ², PSI and Jensen-Shannon of two histograms over the same cells, with their null laws. With N' = nm/(n+m), χ², N'·PSI and
/// 8N'·JSD (JSD the squared distance in nats) agree to second order of q - p and so share the chi-squared limit with k - 1 degrees of
/// freedom (Pardo, "Statistical Inference Based on Divergence Measures", 2006, chapter 3; for PSI Yurdakul and Naranjo, "Statistical
/// properties of the population stability index", J. Risk Model Validation 14, 2020). Where cells are too small for the limit (or for
/// the zero rule of PSI not to matter) the law is simulated.
/// </summary>
internal static class HistogramTest
{
    /// <summary>
    /// Expected counts from which the chi-squared limit holds: χ² is quick to reach it, the others have terms of third order.
    /// </summary>
    private const double PearsonFrom = 10, DivergenceFrom = 500;

    private const int FewestDraws = 999, MostDraws = 4999, MostQuantileDraws = 9999, DrawnCells = 40_000;
    private const double EmptyShare = 1e-4;

    /// <summary>Compares two histograms.</summary>
    /// <param name="test">Which of the three.</param>
    /// <param name="reference">Counts of the reference, with a positive sum.</param>
    /// <param name="current">Counts of the current sample, with a positive sum.</param>
    /// <param name="areDeciles">
    /// Whether the cells are those between the deciles of a reference without ties. Then the reference's counts are no accident, and
    /// given the spacings between its values in each cell the current counts follow the Dirichlet-multinomial (Pólya) law for any
    /// continuous distribution (Wilks, "Mathematical Statistics", 1962, section 14.2). Otherwise the law is that of all relabellings:
    /// multivariate hypergeometric given the pooled counts.
    /// </param>
    /// <param name="limits">Critical values of the report.</param>
    /// <param name="seed">The seed of simulations.</param>
    public static DriftTestResult Compare(
        DriftTest test, double[] reference, double[] current, bool areDeciles, DetectionLimits limits, ulong seed)
    {
        if (!areDeciles) (reference, current) = LumpRare(test, reference, current);
        double n = reference.Sum(), m = current.Sum(), effective = n / (n + m) * m;
        int degrees = reference.Length - 1;
        if (degrees == 0) return Single(test);
        double scaled = Scaled(test, reference, current, effective);
        SimulatedLaw? law = SmallestExpected(reference, current, n, m) < (test == DriftTest.ChiSquare ? PearsonFrom : DivergenceFrom)
            ? areDeciles
                ? limits.QuantileLaw(test, (long)n, (long)m, () => QuantileBins(test, reference, (long)m, effective))
                : Relabellings(test, reference, current, effective, seed)
            : null;
        double critical = law?.UpperQuantile(limits.Level) ?? limits.CriticalChiSquared(degrees);
        return new DriftTestResult
        {
            Test = test,
            Statistic = test == DriftTest.ChiSquare ? scaled : Effect(test, scaled, effective, n + m),
            Threshold = test == DriftTest.ChiSquare ? critical : Effect(test, critical, effective, n + m),
            PValue = law?.Sf(scaled) ?? ChiSquared.Sf(scaled, degrees),
            EffectSize = Effect(test, scaled, effective, n + m),
            EffectSizeName = EffectName(test),
            SmallestDetectableEffect = Largest(test, Effect(test, limits.Noncentrality(degrees), effective, n + m)),
            Method = law is null
                ? FormattableString.Invariant($"chi-squared limit, {degrees} degrees of freedom")
                : areDeciles ? "simulated from the exact law of quantile bins" : "simulated relabellings",
        };
    }

    private static DriftTestResult Single(DriftTest test) => new()
    {
        Test = test,
        Statistic = 0,
        PValue = 1,
        EffectSize = 0,
        EffectSizeName = EffectName(test),
        SmallestDetectableEffect = double.PositiveInfinity,
        Method = "a single category or bin: nothing to compare",
    };

    private static string EffectName(DriftTest test) => test switch
    {
        DriftTest.PopulationStability => "PSI",
        DriftTest.JensenShannon => "Jensen-Shannon distance",
        _ => "Cramér's V",
    };

    /// <summary>The statistic on the scale of χ², in which tails are exponential.</summary>
    private static double Scaled(DriftTest test, double[] reference, double[] current, double effective) => test switch
    {
        DriftTest.PopulationStability =>
            effective * PopulationStabilityIndex.FromCounts(reference, current, ZeroRule.Replace(EmptyShare)),
        DriftTest.JensenShannon => 8 * effective * Square(Divergences.JensenShannonDistance(reference, current)),
        _ => Pearson(reference, current),
    };

    private static double Effect(DriftTest test, double scaled, double effective, double total) => test switch
    {
        DriftTest.PopulationStability => scaled / effective,
        DriftTest.JensenShannon => Math.Sqrt(scaled / (8 * effective)),
        _ => Math.Min(1, Math.Sqrt(scaled / total)),
    };

    /// <summary>What exceeds the range of a bounded effect cannot be detected at these sizes.</summary>
    private static double Largest(DriftTest test, double detectable) => test switch
    {
        DriftTest.JensenShannon when detectable > Math.Sqrt(Math.Log(2)) => double.PositiveInfinity,
        DriftTest.ChiSquare when detectable >= 1 => double.PositiveInfinity,
        _ => detectable,
    };

    private static double Pearson(double[] reference, double[] current)
    {
        double n = reference.Sum(), m = current.Sum(), sum = 0;
        for (int i = 0; i < reference.Length; i++)
        {
            double pooled = reference[i] + current[i];
            // Both rows of a cell at once, (O₁m - O₂n)²/(nm·pooled): exact integers below the bar, so equal shares give exactly 0.
            if (pooled > 0) sum += Square((reference[i] * m) - (current[i] * n)) / pooled / n / m;
        }

        return sum;
    }

    private static double SmallestExpected(double[] reference, double[] current, double n, double m)
    {
        double smallest = double.PositiveInfinity;
        for (int i = 0; i < reference.Length; i++) smallest = Math.Min(smallest, reference[i] + current[i]);
        return smallest * (Math.Min(n, m) / (n + m));
    }

    /// <summary>
    /// Cells with less than one expected value on the smaller side become one: singly they hold no evidence and cost time. Chosen by the
    /// pooled counts, which no relabelling changes, so the null law is not touched. Divergences keep their cells: merging would change
    /// their value, which the user compares with other tools; only cells that are empty on both sides go.
    /// </summary>
    private static (double[] Reference, double[] Current) LumpRare(DriftTest test, double[] reference, double[] current)
    {
        double n = reference.Sum(), m = current.Sum(), least = test == DriftTest.ChiSquare ? (n + m) / Math.Min(n, m) : 0;
        List<double> first = [], second = [];
        double rareFirst = 0, rareSecond = 0;
        for (int i = 0; i < reference.Length; i++)
        {
            if (reference[i] + current[i] > least)
            {
                first.Add(reference[i]);
                second.Add(current[i]);
            }
            else
            {
                rareFirst += reference[i];
                rareSecond += current[i];
            }
        }

        if (rareFirst + rareSecond > 0)
        {
            first.Add(rareFirst);
            second.Add(rareSecond);
        }

        return ([.. first], [.. second]);
    }

    private static SimulatedLaw Relabellings(DriftTest test, double[] reference, double[] current, double effective, ulong seed)
    {
        var sampler = new CountSampler(seed);
        double[] draws = new double[Math.Clamp(DrawnCells / reference.Length, FewestDraws, MostDraws)];
        double[] first = new double[reference.Length], second = new double[reference.Length];
        for (int draw = 0; draw < draws.Length; draw++)
        {
            Relabel(ref sampler, reference, current, first, second);
            draws[draw] = Scaled(test, first, second, effective);
        }

        return new SimulatedLaw(draws);
    }

    /// <summary>The law of quantile bins. It depends on the two sizes alone, so all columns of a report share it.</summary>
    private static SimulatedLaw QuantileBins(DriftTest test, double[] reference, long count, double effective)
    {
        double[] spacings = QuantileGrid.DecileSpacings((long)reference.Sum());
        var sampler = new CountSampler((ulong)count);
        double[] draws = new double[MostQuantileDraws], current = new double[reference.Length];
        for (int draw = 0; draw < draws.Length; draw++)
        {
            DrawCurrent(ref sampler, spacings, count, current);
            draws[draw] = Scaled(test, reference, current, effective);
        }

        return new SimulatedLaw(draws);
    }

    private static void Relabel(ref CountSampler sampler, double[] reference, double[] current, double[] first, double[] second)
    {
        long rest = (long)(reference.Sum() + current.Sum()), wanted = (long)reference.Sum();
        for (int i = 0; i < first.Length; i++)
        {
            long pooled = (long)(reference[i] + current[i]);
            rest -= pooled;
            long taken = sampler.Hypergeometric(pooled, rest, wanted);
            wanted -= taken;
            (first[i], second[i]) = (taken, pooled - taken);
        }
    }

    private static void DrawCurrent(ref CountSampler sampler, ReadOnlySpan<double> spacings, long count, double[] current)
    {
        Span<double> shares = stackalloc double[spacings.Length];
        double total = 0;
        for (int i = 0; i < shares.Length; i++) total += shares[i] = sampler.Gamma(spacings[i]);
        for (int i = 0; i < shares.Length; i++)
        {
            long drawn = i == shares.Length - 1 ? count : sampler.Binomial(count, Math.Min(1, shares[i] / total));
            total -= shares[i];
            count -= drawn;
            current[i] = drawn;
        }
    }

    private static double Square(double x) => x * x;
}
