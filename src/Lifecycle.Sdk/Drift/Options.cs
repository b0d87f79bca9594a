namespace Lifecycle.Sdk.Drift;

/// <summary>Refuses enumeration values that nobody defined, in one place for all tests.</summary>
internal static class Options
{
    public static void Validate(Alternative alternative)
    {
        if (alternative is < Alternative.TwoSided or > Alternative.Greater)
            throw new ArgumentOutOfRangeException(nameof(alternative), alternative, "The alternative is TwoSided, Less or Greater.");
    }

    public static void Validate(PValueMethod method)
    {
        if (method is < PValueMethod.Auto or > PValueMethod.Limit)
            throw new ArgumentOutOfRangeException(nameof(method), method, "The method is Auto, Exact, Asymptotic or Limit.");
    }

    /// <summary>For tests whose limit law has no plain form apart from the asymptotic one.</summary>
    public static void ValidateWithoutLimit(PValueMethod method)
    {
        Validate(method);
        if (method == PValueMethod.Limit)
            throw new ArgumentOutOfRangeException(nameof(method), method, "Only Kolmogorov-Smirnov tests offer the plain limit law.");
    }
}
