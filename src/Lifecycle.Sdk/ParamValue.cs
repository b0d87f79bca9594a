using System.Globalization;

namespace Lifecycle.Sdk;

/// <summary>
/// A param's value with its type: text, 64-bit integer, double or Boolean. Two values are equal when type and value are;
/// doubles compare by their bits, so NaN equals itself and -0.0 differs from 0.0.
/// </summary>
public readonly struct ParamValue : IEquatable<ParamValue>
{
    private readonly string? _text;
    private readonly long _bits;

    private ParamValue(ParamKind kind, string? text, long bits)
    {
        Kind = kind;
        _text = text;
        _bits = bits;
    }

    /// <summary>The type of the value. <c>default</c> is the empty string.</summary>
    public ParamKind Kind { get; }

    /// <summary>The integer, if <see cref="Kind"/> is <see cref="ParamKind.Integer"/>.</summary>
    /// <exception cref="InvalidOperationException">The value has another type.</exception>
    public long AsInteger => Kind == ParamKind.Integer ? _bits : throw Mismatch(ParamKind.Integer);

    /// <summary>The double, if <see cref="Kind"/> is <see cref="ParamKind.Floating"/>.</summary>
    /// <exception cref="InvalidOperationException">The value has another type.</exception>
    public double AsFloating => Kind == ParamKind.Floating ? BitConverter.Int64BitsToDouble(_bits) : throw Mismatch(ParamKind.Floating);

    /// <summary>The Boolean, if <see cref="Kind"/> is <see cref="ParamKind.Boolean"/>.</summary>
    /// <exception cref="InvalidOperationException">The value has another type.</exception>
    public bool AsBoolean => Kind == ParamKind.Boolean ? _bits != 0 : throw Mismatch(ParamKind.Boolean);

    /// <summary>A text value.</summary>
    /// <param name="value">The text; not null.</param>
    public static ParamValue Of(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new ParamValue(ParamKind.String, value, 0);
    }

    /// <summary>An integer value.</summary>
    /// <param name="value">The integer.</param>
    public static ParamValue Of(long value) => new(ParamKind.Integer, null, value);

    /// <summary>A floating value.</summary>
    /// <param name="value">The double; NaN and infinities are kept.</param>
    public static ParamValue Of(double value) => new(ParamKind.Floating, null, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A Boolean value.</summary>
    /// <param name="value">The Boolean.</param>
    public static ParamValue Of(bool value) => new(ParamKind.Boolean, null, value ? 1 : 0);

    /// <summary>Wraps a text.</summary>
    /// <param name="value">The text.</param>
    public static implicit operator ParamValue(string value) => Of(value);

    /// <summary>Wraps an integer.</summary>
    /// <param name="value">The integer.</param>
    public static implicit operator ParamValue(long value) => Of(value);

    /// <summary>Wraps an integer.</summary>
    /// <param name="value">The integer.</param>
    public static implicit operator ParamValue(int value) => Of((long)value);

    /// <summary>Wraps a double.</summary>
    /// <param name="value">The double.</param>
    public static implicit operator ParamValue(double value) => Of(value);

    /// <summary>Wraps a Boolean.</summary>
    /// <param name="value">The Boolean.</param>
    public static implicit operator ParamValue(bool value) => Of(value);

    /// <summary>Whether two values are the same in type and value.</summary>
    public static bool operator ==(ParamValue left, ParamValue right) => left.Equals(right);

    /// <summary>Whether two values differ in type or value.</summary>
    public static bool operator !=(ParamValue left, ParamValue right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(ParamValue other) => Kind == other.Kind && _bits == other._bits && (_text ?? "") == (other._text ?? "");

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ParamValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, _bits, _text ?? "");

    /// <summary>
    /// The value as invariant text: shortest round-trip digits for doubles (<c>NaN</c>, <c>Infinity</c>, <c>-Infinity</c>),
    /// <c>true</c> or <c>false</c> for Booleans. String searches compare with this text.
    /// </summary>
    /// <returns>The text.</returns>
    public override string ToString() => Kind switch
    {
        ParamKind.String => _text ?? "",
        ParamKind.Integer => _bits.ToString(CultureInfo.InvariantCulture),
        ParamKind.Floating => BitConverter.Int64BitsToDouble(_bits).ToString("R", CultureInfo.InvariantCulture),
        _ => _bits != 0 ? "true" : "false",
    };

    private InvalidOperationException Mismatch(ParamKind asked) => new($"The param value '{this}' is {Kind}, not {asked}.");
}
