namespace Lifecycle.Sdk.Drift;

/// <summary>How a column of a <see cref="DriftReport"/> is compared with its reference.</summary>
/// <remarks>
/// What <see cref="Auto"/> takes, n being the reference's and m the current number of present values:
/// <code>
/// column                                        sizes                 test               null law
/// Boolean                                       any                   TwoProportions     normal; Fisher's exact below 5 expected
/// text                                          any                   ChiSquare          chi-squared; simulated below 10 expected
/// numeric, at most 20 values in the reference   any                   ChiSquare          as above
/// numeric                                       n or m below 10,000   KolmogorovSmirnov  exact; permutation where ties abound
/// numeric                                       both at least 10,000  Wasserstein        Brownian bridge on the reference's quantiles
/// numeric, tails too heavy for Wasserstein      both at least 10,000  KolmogorovSmirnov  asymptotic
/// </code>
/// Tails are too heavy when over 10 % of the mean null distance comes from quantiles with fewer than 25 expected values: the Gaussian
/// limit of the Wasserstein distance then says nothing. The share of missing values is always compared by
/// <see cref="TwoProportions"/>.
/// </remarks>
public enum DriftTest
{
    /// <summary>By type and size, see the table. The default.</summary>
    Auto = 0,

    /// <summary>The largest distance of the two distribution functions (<see cref="KolmogorovSmirnov"/>). Numeric columns.</summary>
    KolmogorovSmirnov = 1,

    /// <summary>The Wasserstein-1 distance in standard deviations of the reference. Finite numeric columns.</summary>
    Wasserstein = 2,

    /// <summary>
    /// The population stability index over deciles of the reference, or over categories; empty bins count as a share of 0.0001.
    /// </summary>
    PopulationStability = 3,

    /// <summary>The Jensen-Shannon distance (natural logarithm) over deciles of the reference, or over categories.</summary>
    JensenShannon = 4,

    /// <summary>Pearson's chi-square over categories, or over deciles of the reference.</summary>
    ChiSquare = 5,

    /// <summary>The z test of two proportions. Boolean columns, and missing values.</summary>
    TwoProportions = 6,
}
