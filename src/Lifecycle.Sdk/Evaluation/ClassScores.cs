namespace Lifecycle.Sdk.Evaluation;

/// <summary>The scores of one class against all others.</summary>
/// <param name="Label">The class.</param>
/// <param name="Precision">TP / (TP + FP), in [0, 1].</param>
/// <param name="Recall">TP / (TP + FN), in [0, 1].</param>
/// <param name="F1">2 TP / (2 TP + FP + FN), in [0, 1].</param>
/// <param name="Support">The rows, or the sum of weights, whose truth is this class.</param>
public sealed record ClassScores(string Label, double Precision, double Recall, double F1, double Support);
