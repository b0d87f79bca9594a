namespace Lifecycle.Sdk.Evaluation;

/// <summary>How an area under the ROC curve, which knows two classes, is extended to more.</summary>
public enum MulticlassScheme
{
    /// <summary>Each class against all others by its own column. Depends on how frequent the classes are. The default.</summary>
    OneVersusRest = 0,

    /// <summary>
    /// Each pair of classes among the rows of these two, in both directions (Hand and Till, Machine Learning 45, 2001). Does not
    /// depend on how frequent the classes are.
    /// </summary>
    OneVersusOne = 1,
}
