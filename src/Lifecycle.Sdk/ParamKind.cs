namespace Lifecycle.Sdk;

/// <summary>The type of a param's value.</summary>
public enum ParamKind
{
    /// <summary>Text.</summary>
    String = 0,

    /// <summary>A 64-bit signed integer.</summary>
    Integer = 1,

    /// <summary>An IEEE double.</summary>
    Floating = 2,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean = 3,
}
