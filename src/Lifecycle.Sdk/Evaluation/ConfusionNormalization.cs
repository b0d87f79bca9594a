namespace Lifecycle.Sdk.Evaluation;

/// <summary>What the cells of a confusion matrix are divided by.</summary>
public enum ConfusionNormalization
{
    /// <summary>Nothing: counts, or sums of weights.</summary>
    None = 0,

    /// <summary>The row: shares of what each class truly is, with the recall on the diagonal.</summary>
    True = 1,

    /// <summary>The column: shares of what was predicted as each class, with the precision on the diagonal.</summary>
    Predicted = 2,

    /// <summary>The total.</summary>
    All = 3,
}
