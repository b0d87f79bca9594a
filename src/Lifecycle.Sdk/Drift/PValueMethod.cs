namespace Lifecycle.Sdk.Drift;

/// <summary>Which null law gives the p-value. <see cref="HypothesisTestResult.Method"/> says which one was used.</summary>
public enum PValueMethod
{
    /// <summary>Exact for small samples, asymptotic for large ones; each test documents where it switches. The default.</summary>
    Auto = 0,

    /// <summary>The exact law of finite samples without ties. An <see cref="ArgumentException"/> where the test cannot give it.</summary>
    Exact = 1,

    /// <summary>The asymptotic law, with the corrections for finite samples that the test documents.</summary>
    Asymptotic = 2,

    /// <summary>The plain limit law, without any correction for finite samples. Only for Kolmogorov-Smirnov tests.</summary>
    Limit = 3,
}
