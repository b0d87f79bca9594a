using System.Text;

namespace Lifecycle.Sdk.Storage;

/// <summary>
/// What names may be. One place for all providers and the server, so that everything refuses the same things. Keys never touch
/// a file system unencoded; the rules are about what can be shown, stored and sent.
/// </summary>
internal static class NameRules
{
    public const int MaxKeyLength = 250;
    public const int MaxNameLength = 500;
    public const int MaxAliasLength = 255;
    public const int MaxContextPartLength = 100;
    public const int MaxTextLength = 65_536;
    public const int MaxSchemaLength = 1 << 20;
    public const int MaxPathLength = 1_024;
    public const int MaxPathPartBytes = 255;

    private static readonly string[] DeviceNames =
    [
        "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$",
        .. Enumerable.Range(0, 10).SelectMany(i => (string[])[$"COM{i}", $"LPT{i}"]),
    ];

    public static void RequireMetricName(string name)
    {
        RequireKey(name, "metric name");
        if (name.AsSpan().IndexOfAny('{', '}') >= 0)
            throw new ArgumentException($"The metric name '{Shorten(name)}' is refused: braces belong to the context, as in loss{{subset=train}}.", nameof(name));
    }

    public static void RequireParamName(string name) => RequireKey(name, "param name");

    public static void RequireTagName(string name) => RequireKey(name, "tag name");

    public static void RequireExperimentName(string name) => RequireText(name, "experiment name", MaxNameLength);

    public static void RequireRunName(string name) => RequireText(name, "run name", MaxNameLength);

    public static void RequireContextPart(string part)
    {
        RequireText(part, "metric context", MaxContextPartLength);
        if (part.AsSpan().IndexOfAny("{}=,") >= 0)
            throw new ArgumentException($"The metric context '{Shorten(part)}' is refused: it must not contain any of {{ }} = ,", nameof(part));
    }

    /// <summary>A param or tag value: any text that is valid UTF-16, up to 65,536 characters.</summary>
    public static void RequireValue(string value, string what, int maxLength = MaxTextLength)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Length > maxLength)
            throw new ArgumentException($"The {what} has {value.Length} characters, more than {maxLength}: log it as a text artifact instead.", nameof(value));
        if (HasUnpairedSurrogate(value))
            throw new ArgumentException($"The {what} '{Shorten(value)}' is refused: it contains an unpaired surrogate.", nameof(value));
    }

    public static void RequireInput(DatasetInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        RequireText(input.Name, "dataset name", MaxNameLength);
        RequireText(input.Digest, "dataset digest", 100);
        if (input.Context is { } context) RequireText(context, "dataset context", MaxKeyLength);
        if (input.Source is { } source) RequireValue(source, "dataset source");
        if (input.SourceType is { } sourceType) RequireText(sourceType, "dataset source type", MaxKeyLength);
        if (input.Schema is { } schema) RequireValue(schema, "dataset schema", MaxSchemaLength);
        if (input.RowCount is < 0) throw new ArgumentException($"The row count {input.RowCount} of dataset '{input.Name}' is negative.", nameof(input));
    }

    /// <summary>Says what is wrong with an artifact path, or null if nothing is.</summary>
    public static string? FindArtifactPathFault(string path)
    {
        if (path.Length == 0) return "it is empty.";
        if (path.Length > MaxPathLength) return $"it has {path.Length} characters, more than {MaxPathLength}.";
        if (HasUnpairedSurrogate(path)) return "it contains an unpaired surrogate.";
        foreach (var c in path)
        {
            if (char.IsControl(c)) return $"it contains the control character U+{(int)c:X4}.";
            if (c is '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|') return $"it contains '{c}'.";
        }

        foreach (var part in path.Split('/'))
        {
            if (part.Length == 0) return "it has an empty part (a leading, trailing or doubled '/').";
            if (part is "." or "..") return $"it contains the part '{part}'.";
            if (part[^1] is '.' or ' ' || part[0] == ' ') return $"the part '{part}' begins or ends with a space, or ends with a dot.";
            if (Encoding.UTF8.GetByteCount(part) > MaxPathPartBytes) return $"a part has more than {MaxPathPartBytes} UTF-8 bytes.";
            if (IsDeviceName(part)) return $"'{part}' is a Windows device name.";
        }

        return null;
    }

    /// <summary>A registered model's name: without '/' and ':', so that <c>name/3</c> and <c>models:/name@alias</c> can be told apart.</summary>
    public static void RequireModelName(string name)
    {
        RequireText(name, "model name", MaxNameLength);
        if (FindModelNameFault(name) is { } fault)
            throw new ArgumentException($"The model name '{Shorten(name)}' is refused: {fault}", nameof(name));
    }

    public static string? FindModelNameFault(string name) =>
        name.Length is 0 or > MaxNameLength || name.Any(char.IsControl) || HasUnpairedSurrogate(name) ? "it breaks the rules of names."
        : name.AsSpan().IndexOfAny('/', ':') >= 0 ? "it must not contain '/' or ':', which separate it from a version."
        : name is "." or ".." ? "it is a step in a path." : null;

    public static void RequireModelAlias(string alias)
    {
        RequireText(alias, "model alias", MaxAliasLength);
        if (FindModelAliasFault(alias) is { } fault)
            throw new ArgumentException($"The model alias '{Shorten(alias)}' is refused: {fault}", nameof(alias));
    }

    public static string? FindModelAliasFault(string alias)
    {
        if (alias.Length is 0 or > MaxAliasLength) return $"it has not 1 to {MaxAliasLength} characters.";
        if (!alias.All(c => char.IsLetterOrDigit(c) || c is '_' or '-')) return "it may contain letters, digits, '_' and '-' only.";
        if (alias.Equals("latest", StringComparison.OrdinalIgnoreCase)) return "'latest' always means the newest version.";
        return alias[0] is 'v' or 'V' && alias.Length > 1 && alias.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0
            ? "'v' and a number looks like a version."
            : null;
    }

    /// <summary>A check's name, a user, a reason or a source: text on one line.</summary>
    public static void RequireLine(string text, string what, int maxLength) => RequireText(text, what, maxLength);

    /// <summary>A text fit for a message: long ones are cut, control characters are shown as escapes.</summary>
    public static string Shorten(string text)
    {
        var shown = new StringBuilder();
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, 80)))
        {
            if (char.IsControl(c) || char.IsSurrogate(c)) shown.Append($"\\u{(int)c:X4}");
            else shown.Append(c);
        }

        return text.Length > 80 ? $"{shown}… ({text.Length} characters)" : shown.ToString();
    }

    private static void RequireKey(string key, string what) => RequireText(key, what, MaxKeyLength);

    private static void RequireText(string text, string what, int maxLength)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0) throw new ArgumentException($"The {what} is empty.", nameof(text));
        if (text.Length > maxLength)
            throw new ArgumentException($"The {what} '{Shorten(text)}' has {text.Length} characters, more than {maxLength}.", nameof(text));
        foreach (var c in text)
        {
            if (char.IsControl(c))
                throw new ArgumentException($"The {what} '{Shorten(text)}' is refused: it contains the control character U+{(int)c:X4}.", nameof(text));
        }

        if (HasUnpairedSurrogate(text))
            throw new ArgumentException($"The {what} '{Shorten(text)}' is refused: it contains an unpaired surrogate.", nameof(text));
    }

    private static bool IsDeviceName(string part)
    {
        var dot = part.IndexOf('.', StringComparison.Ordinal);
        var stem = (dot < 0 ? part : part[..dot]).TrimEnd(' ');
        return DeviceNames.Contains(stem, StringComparer.OrdinalIgnoreCase);
    }

    private static bool HasUnpairedSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return true;
            i++;
        }

        return false;
    }
}
