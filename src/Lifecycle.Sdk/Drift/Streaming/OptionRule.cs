using System.Runtime.CompilerServices;

namespace Lifecycle.Sdk.Drift;

/// <summary>Range checks of detector options, with one wording.</summary>
internal static class OptionRule
{
    public static double Within(double value, double above, double below, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value > above && value < below
            ? value
            : throw new ArgumentOutOfRangeException(
                Last(name), value, FormattableString.Invariant($"{Last(name)} must be above {above} and below {below}."));

    public static double Finite(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(Last(name), value, $"{Last(name)} must be finite.");

    public static double Positive(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value > 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(Last(name), value, $"{Last(name)} must be positive and finite.");

    public static double NotNegative(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(Last(name), value, $"{Last(name)} must be finite and not negative.");

    public static int AtLeast(int value, int least, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= least ? value : throw new ArgumentOutOfRangeException(Last(name), value, $"{Last(name)} must be at least {least}.");

    public static int Between(int value, int least, int most, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= least && value <= most
            ? value
            : throw new ArgumentOutOfRangeException(Last(name), value, $"{Last(name)} must be from {least} to {most}.");

    public static T Defined<T>(T value, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : struct, Enum =>
        Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(Last(name), value, $"{Last(name)} has no such value.");

    private static string Last(string expression) => expression[(expression.LastIndexOf('.') + 1)..];
}
