namespace Lifecycle.Sdk.Drift;

/// <summary>Settings of a drift report. Read when the comparison starts; not safe to change meanwhile.</summary>
public sealed class DriftOptions
{
    /// <summary>The alarm rate without drift, in (0, 1).</summary>
    /// <value>0.05 by default.</value>
    public double Level { get; set; } = 0.05;

    /// <summary>The probability with which the reported smallest detectable effect is detected, in (0, 1).</summary>
    /// <value>0.8 by default.</value>
    public double Power { get; set; } = 0.8;

    /// <summary>How the many tests of one report are corrected.</summary>
    /// <value><see cref="DriftCorrection.BenjaminiHochberg"/> by default.</value>
    public DriftCorrection Correction { get; set; }

    /// <summary>
    /// The effect below which a difference in values is not an alarm, however certain it is, in the unit of the column's
    /// <see cref="DriftTestResult.EffectSizeName"/>. With a million rows, differences without any consequence are certain.
    /// </summary>
    /// <value>0 by default: every certain difference is an alarm.</value>
    public double MinimumEffect { get; set; }

    /// <summary>The test of single columns, by name (ordinal); columns not named take <see cref="DriftTest.Auto"/>.</summary>
    public IDictionary<string, DriftTest> Tests { get; } = new Dictionary<string, DriftTest>(StringComparer.Ordinal);

    /// <summary>The seed of simulated null laws: the same seed and data give the same report, on any number of cores.</summary>
    /// <value>0 by default.</value>
    public ulong Seed { get; set; }

    internal void Validate()
    {
        RequireProbability(Level, nameof(Level));
        RequireProbability(Power, nameof(Power));
        if (Power <= Level)
            throw new ArgumentException(FormattableString.Invariant($"Power ({Power}) must be above Level ({Level})."), nameof(Power));
        if (!(MinimumEffect >= 0 && double.IsFinite(MinimumEffect)))
            throw new ArgumentOutOfRangeException(nameof(MinimumEffect), MinimumEffect, "The smallest effect is finite and not negative.");
        if (!Enum.IsDefined(Correction))
            throw new ArgumentOutOfRangeException(nameof(Correction), Correction, "The correction is not a known one.");
        foreach (var (column, test) in Tests)
        {
            if (!Enum.IsDefined(test))
                throw new ArgumentOutOfRangeException(nameof(Tests), test, $"The test of column '{column}' is not a known one.");
        }
    }

    private static void RequireProbability(double value, string name)
    {
        if (!(value is > 0 and < 1))
            throw new ArgumentOutOfRangeException(name, value, $"{name} lies between 0 and 1, ends excluded.");
    }
}
