namespace Lifecycle.Sdk.Evaluation;

/// <summary>How the scores of several classes become one number.</summary>
public enum Averaging
{
    /// <summary>The plain mean over the classes: every class counts the same, however rare. The default.</summary>
    Macro = 0,

    /// <summary>The mean over the classes, each weighted by its share of the true labels.</summary>
    Weighted = 1,

    /// <summary>The counts of all classes are added first, then the score is computed once: every row counts the same.</summary>
    Micro = 2,

    /// <summary>The score of one class, the positive one, of two.</summary>
    Binary = 3,
}
