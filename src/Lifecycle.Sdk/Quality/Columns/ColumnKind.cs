namespace Lifecycle.Sdk.Quality;

/// <summary>What the values of a column are, independent of the width of their storage.</summary>
public enum ColumnKind
{
    /// <summary>Floating-point numbers (<see cref="double"/>, <see cref="float"/>, <see cref="decimal"/>), NaN meaning missing.</summary>
    Number = 0,

    /// <summary>Whole numbers of any width.</summary>
    Integer = 1,

    /// <summary>True or false; as a number, 1 or 0.</summary>
    Boolean = 2,

    /// <summary>Strings, compared ordinally. The empty string is a value, <see langword="null"/> is missing.</summary>
    Text = 3,
}
