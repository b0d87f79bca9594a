using Lifecycle.Sdk.Drift;

namespace Lifecycle.Sdk.Golden.Kinds;

/// <summary>The words of the reference libraries in the words of this one.</summary>
internal static class Arguments
{
    public static Alternative Alternative(GoldenCase golden) => golden.Argument("alternative") switch
    {
        null or "two-sided" => Drift.Alternative.TwoSided,
        "less" or "smaller" => Drift.Alternative.Less,
        "greater" or "larger" => Drift.Alternative.Greater,
        var other => throw GoldenCall.Unknown("alternative", other),
    };

    public static PValueMethod Method(GoldenCase golden) => golden.Argument("method") switch
    {
        null or "auto" => PValueMethod.Auto,
        "exact" => PValueMethod.Exact,
        "asymp" or "asymptotic" => PValueMethod.Asymptotic,
        var other => throw GoldenCall.Unknown("method", other),
    };

    /// <summary>SciPy's <c>nan_policy</c>; where the call names none, NaN is refused.</summary>
    public static NaNPolicy NaNs(GoldenCase golden) => golden.Argument("nan_policy") switch
    {
        "omit" => NaNPolicy.Drop,
        null or "raise" or "propagate" => NaNPolicy.Refuse,
        var other => throw GoldenCall.Unknown("nan_policy", other),
    };
}
