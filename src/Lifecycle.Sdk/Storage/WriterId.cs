using System.Globalization;

namespace Lifecycle.Sdk.Storage;

/// <summary>Identifies one writer of a run: one process that opened the run once. 16 lower-case hexadecimal digits.</summary>
public readonly record struct WriterId
{
    private readonly string? _value;

    private WriterId(string value) => _value = value;

    /// <summary>Whether this is <c>default</c>: a direct change that no journal stands behind, for which no mark is kept.</summary>
    public bool IsNone => _value is null;

    /// <summary>Makes a new random id.</summary>
    /// <returns>The id.</returns>
    // Not RandomNumberGenerator: on Linux it loads OpenSSL, which costs a first run some 15 ms.
    public static WriterId New() => new(Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)[16..]);

    /// <summary>Reads an id.</summary>
    /// <param name="text">16 lower-case hexadecimal digits.</param>
    /// <returns>The id.</returns>
    /// <exception cref="FormatException">The text is not a writer id.</exception>
    public static WriterId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length == 16 && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _)
            && text.All(c => !char.IsAsciiLetterUpper(c))
            ? new WriterId(text)
            : throw new FormatException($"'{text}' is not a writer id: 16 lower-case hexadecimal digits.");
    }

    /// <summary>The id as text; empty for <c>default</c>.</summary>
    /// <returns>The text that <see cref="Parse"/> reads.</returns>
    public override string ToString() => _value ?? "";
}
