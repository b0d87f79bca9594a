using System.Diagnostics.CodeAnalysis;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>
/// The place of an artifact within its run, safe to use as a relative file path on Linux, Windows and macOS: parts separated by
/// <c>/</c>, at most 1,024 characters in all and 255 UTF-8 bytes a part; no empty part, no <c>.</c> or <c>..</c>, no
/// leading or trailing <c>/</c>, no control character, none of <c>\ : * ? " &lt; &gt; |</c>, no part that ends in a dot or
/// space or begins with a space, and no Windows device name (<c>CON</c>, <c>NUL</c>, <c>COM1</c>, … with any extension).
/// Every provider and server uses this one type.
/// </summary>
public readonly record struct ArtifactPath
{
    private readonly string? _value;

    private ArtifactPath(string value) => _value = value;

    /// <summary>The last part.</summary>
    public string FileName => ToString()[(ToString().LastIndexOf('/') + 1)..];

    /// <summary>Reads a path.</summary>
    /// <param name="path">For example <c>model/weights.bin</c>.</param>
    /// <returns>The path.</returns>
    /// <exception cref="ArgumentException">The path breaks a rule; the message says which.</exception>
    public static ArtifactPath Parse(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return NameRules.FindArtifactPathFault(path) is { } fault
            ? throw new ArgumentException($"The artifact path '{NameRules.Shorten(path)}' is refused: {fault}", nameof(path))
            : new ArtifactPath(path);
    }

    /// <summary>Reads a path if it is one.</summary>
    /// <param name="path">The text.</param>
    /// <param name="result">The path.</param>
    /// <returns>Whether the text keeps every rule.</returns>
    public static bool TryParse([NotNullWhen(true)] string? path, out ArtifactPath result)
    {
        result = default;
        if (path is null || NameRules.FindArtifactPathFault(path) is not null) return false;
        result = new ArtifactPath(path);
        return true;
    }

    /// <summary>Appends parts.</summary>
    /// <param name="relative">A path below this one.</param>
    /// <returns>The longer path.</returns>
    /// <exception cref="ArgumentException">The result breaks a rule.</exception>
    public ArtifactPath Append(string relative) => Parse($"{this}/{relative}");

    /// <summary>The path as text.</summary>
    /// <returns>The text that <see cref="Parse"/> reads.</returns>
    public override string ToString() => _value ?? "";
}
