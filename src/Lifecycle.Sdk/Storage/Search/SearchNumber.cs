using System.Globalization;

namespace Lifecycle.Sdk.Storage;

/// <summary>
/// A number as searches see it: a 64-bit integer or a double, compared by exact value. Converting the one to the other would
/// make different integers beyond 2^53 equal.
/// </summary>
internal readonly struct SearchNumber
{
    private readonly double _floating;

    private SearchNumber(bool isInteger, long integer, double floating)
    {
        IsInteger = isInteger;
        Integer = integer;
        _floating = floating;
    }

    public bool IsInteger { get; }

    public long Integer { get; }

    /// <summary>The value as a double; the nearest one for an integer.</summary>
    public double Floating => IsInteger ? Integer : _floating;

    public bool IsNaN => !IsInteger && double.IsNaN(_floating);

    public static SearchNumber Of(long value) => new(true, value, 0);

    public static SearchNumber Of(double value) => new(false, 0, value);

    /// <summary>
    /// Reads a text whose whole is a number: an optional sign, decimal digits with at most one point, an optional exponent; or exactly
    /// <c>NaN</c>, <c>Infinity</c>, <c>-Infinity</c>. So a store that keeps params as text finds the same runs as one that keeps types.
    /// Digits alone are an integer if they fit 64 bits, everything else is the nearest double.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out SearchNumber number)
    {
        number = default;
        if (text is "NaN" or "Infinity" or "-Infinity")
        {
            number = Of(text[0] switch { 'N' => double.NaN, 'I' => double.PositiveInfinity, _ => double.NegativeInfinity });
            return true;
        }

        var digits = text.Length > 0 && text[0] is '-' or '+' ? text[1..] : text;
        // .NET's parsers let zero characters trail; a text that contains one is not a number.
        if (digits.IsEmpty || !(char.IsAsciiDigit(digits[0]) || digits[0] == '.') || digits.Contains('\0')) return false;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
        {
            number = Of(integer);
            return true;
        }

        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!double.TryParse(text, Style, CultureInfo.InvariantCulture, out var floating)) return false;
        number = Of(floating);
        return true;
    }

    /// <summary>Compares two numbers, neither of which is NaN, by exact value.</summary>
    public static int Compare(in SearchNumber left, in SearchNumber right)
    {
        if (left.IsInteger) return right.IsInteger ? left.Integer.CompareTo(right.Integer) : Compare(left.Integer, right._floating);
        return right.IsInteger ? -Compare(right.Integer, left._floating) : CompareDoubles(left._floating, right._floating);
    }

    // Not CompareTo, which puts -0.0 where == does: the two are equal for both, but NaN must never get here.
    private static int CompareDoubles(double left, double right) => left < right ? -1 : left > right ? 1 : 0;

    private static int Compare(long left, double right)
    {
        // 2^63 is a double, and the first that no long reaches; -2^63 is the smallest long.
        if (right >= 9223372036854775808.0) return -1;
        if (right < -9223372036854775808.0) return 1;
        var whole = (long)right;
        return left != whole ? left.CompareTo(whole) : -CompareDoubles(right - whole, 0);
    }
}
