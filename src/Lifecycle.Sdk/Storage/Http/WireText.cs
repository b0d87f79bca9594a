using System.Globalization;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>What the protocol writes as text: statuses, types of params, and values too long for it.</summary>
internal static class WireText
{
    public const string Killed = "KILLED";
    public const string Interrupted = "INTERRUPTED";
    private const int ShownOfLong = 200;

    public static RunStatus StatusOf(string? text) => text switch
    {
        "SCHEDULED" => RunStatus.Scheduled,
        "FINISHED" => RunStatus.Finished,
        "FAILED" => RunStatus.Failed,
        Killed => RunStatus.Killed,
        Interrupted => RunStatus.Interrupted,
        _ => RunStatus.Running,
    };

    /// <summary>A param's type as it is written; null for text, which is what all params are to a stock server.</summary>
    public static string? TypeOf(ParamKind kind) => kind switch
    {
        ParamKind.Integer => "integer",
        ParamKind.Floating => "floating",
        ParamKind.Boolean => "boolean",
        _ => null,
    };

    /// <summary>A param's value; text if it does not fit its type.</summary>
    public static ParamValue ValueOf(string text, string? type) => type switch
    {
        "integer" when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => ParamValue.Of(number),
        "floating" when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => ParamValue.Of(number),
        "boolean" when text is "true" or "false" => ParamValue.Of(text == "true"),
        _ => ParamValue.Of(text),
    };

    /// <summary>Whether a server with a database takes a text as it is: some have no room for U+0000.</summary>
    public static bool Fits(string text, int max) => text.Length <= max && !text.Contains('\0', StringComparison.Ordinal);

    /// <summary>A run's name as a server with a database takes it.</summary>
    public static string RunName(string name) => name.Length <= WireLimits.RunName ? name : Start(name, WireLimits.RunName - 1) + "…";

    /// <summary>What stands for a value that does not fit: its beginning, and where the whole is; null if it is nowhere.</summary>
    public static string Stub(string value, string? file, ContentDigest? digest)
    {
        var shown = Start(value, ShownOfLong).Replace('\0', '\uFFFD');
        return file is null
            ? string.Create(CultureInfo.InvariantCulture, $"{shown}… [{value.Length} characters, of which the rest was not stored]")
            : string.Create(CultureInfo.InvariantCulture, $"{shown}… [{value.Length} characters, whole in the artifact {file}{Mark(digest.ToString()!)}");
    }

    /// <summary>Whether a value stands for a longer one in the file of this digest, and not for one that was set later.</summary>
    public static bool IsStub(string value, string? digest) => digest is not null && value.EndsWith(Mark(digest), StringComparison.Ordinal);

    /// <summary>The beginning of a text, without half a character at its end.</summary>
    private static string Start(string text, int length) => text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    private static string Mark(string digest) => $", SHA-256 {digest[..16]}]";
}
