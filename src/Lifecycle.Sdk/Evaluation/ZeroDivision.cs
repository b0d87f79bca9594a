namespace Lifecycle.Sdk.Evaluation;

/// <summary>What a ratio is when its denominator is zero, such as the precision of a class that was never predicted.</summary>
public enum ZeroDivision
{
    /// <summary>NaN, also for an average that includes it: the number does not exist. The default.</summary>
    Undefined = 0,

    /// <summary>Zero, as scikit-learn does after a warning.</summary>
    Zero = 1,

    /// <summary>One.</summary>
    One = 2,
}
