using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Lifecycle.Sdk;

/// <summary>
/// Identifies a run in every store it is ever copied to. Ids made here are 32 lower-case hexadecimal digits that sort by
/// creation time (UUID version 7); ids given by other systems are accepted if they are 1 to 128 ASCII letters, digits,
/// <c>_</c> or <c>-</c> and begin with a letter or digit.
/// </summary>
public readonly record struct RunId : IParsable<RunId>
{
    private const int MaxLength = 128;
    private readonly string? _value;

    private RunId(string value) => _value = value;

    /// <summary>Makes a new id that sorts after the ids made before.</summary>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <returns>The new id.</returns>
    public static RunId New(TimeProvider? timeProvider = null) =>
        new(Guid.CreateVersion7((timeProvider ?? TimeProvider.System).GetUtcNow()).ToString("N", CultureInfo.InvariantCulture));

    /// <summary>Reads an id.</summary>
    /// <param name="s">The text.</param>
    /// <param name="provider">Not used: ids look the same in every culture.</param>
    /// <returns>The id.</returns>
    /// <exception cref="FormatException">The text is not a run id.</exception>
    public static RunId Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var id)
            ? id
            : throw new FormatException(
                $"'{s}' is not a run id: 1 to {MaxLength} ASCII letters, digits, '_' or '-', beginning with a letter or digit.");

    /// <summary>Reads an id if the text is one.</summary>
    /// <param name="s">The text.</param>
    /// <param name="provider">Not used.</param>
    /// <param name="result">The id.</param>
    /// <returns>Whether the text is an id.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out RunId result)
    {
        result = default;
        if (string.IsNullOrEmpty(s) || s.Length > MaxLength || !char.IsAsciiLetterOrDigit(s[0])) return false;
        foreach (var c in s)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-')) return false;
        }

        result = new RunId(s);
        return true;
    }

    /// <summary>Whether this is <c>default</c>, which names no run.</summary>
    public bool IsEmpty => _value is null;

    /// <summary>The id as text.</summary>
    /// <returns>The text that <see cref="Parse"/> reads.</returns>
    public override string ToString() => _value ?? "";
}
