namespace Lifecycle.Sdk.Drift;

/// <summary>How a report allows for testing many columns at once; see <see cref="MultipleTesting"/>.</summary>
public enum DriftCorrection
{
    /// <summary>At most the asked-for share of the alarms is false, for independent or positively dependent columns. The default.</summary>
    BenjaminiHochberg = 0,

    /// <summary>The same under any dependence of the columns, with less power.</summary>
    BenjaminiYekutieli = 1,

    /// <summary>The probability of any false alarm is at most the level, under any dependence.</summary>
    Holm = 2,

    /// <summary>None: every column alarms at the level by itself, so 50 columns without drift give 2.5 alarms at 5 %.</summary>
    None = 3,
}
