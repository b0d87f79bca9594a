using System.Globalization;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>
/// What names and values may be: of names MLflow's rules for stock clients, this library's for its own. Of values this library's: MLflow's servers cut what is longer than
/// theirs, so a script that logs a long text goes on there and must go on here, and whoever keeps the whole has altered nothing.
/// </summary>
internal static class WireKeyRules
{
    public static void RequireName(string name, string what)
    {
        if (name.Length > NameRules.MaxNameLength)
            throw ApiException.Refused(FormattableString.Invariant($"The {what} '{ApiException.Shorten(name)}' has {name.Length} characters, more than {NameRules.MaxNameLength}."));
    }

    public static void RequireMetric(string key, bool isDialect)
    {
        if (isDialect) MetricKey.Parse(key);
        else RequireKey(key, "metric");
    }

    public static void RequireParam(string key, string value, bool isDialect)
    {
        if (isDialect) NameRules.RequireParamName(key);
        else RequireKey(key, "parameter");
        RequireLength(value, NameRules.MaxTextLength, $"value of the parameter '{ApiException.Shorten(key)}'");
    }

    public static void RequireTag(WireTag tag, bool isDialect)
    {
        if (isDialect) NameRules.RequireTagName(tag.Key);
        else RequireKey(tag.Key, "tag");
        if (ServerTags.IsHidden(tag.Key)) throw ApiException.Refused($"The tag '{tag.Key}' is the server's own.");
        RequireLength(tag.Value, NameRules.MaxTextLength, $"value of the tag '{ApiException.Shorten(tag.Key)}'");
    }

    /// <summary>MLflow's alphabet, and a path in normal form.</summary>
    private static void RequireKey(string key, string what)
    {
        if (key.Length == 0) throw ApiException.Missing("key");
        RequireLength(key, WireLimits.Key, $"{what} name '{ApiException.Shorten(key)}'");
        foreach (var c in key)
        {
            if (!IsWord(c) && c is not ('-' or '.' or ' ' or '/' or ':'))
                throw ApiException.Refused($"Invalid {what} name: '{ApiException.Shorten(key)}'. Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colons (:) and slashes (/).");
        }

        if (key.StartsWith("..", StringComparison.Ordinal) || key.Split('/') is var parts && Array.Exists(parts, part => part is "" or ".") || Array.Exists(parts, part => part == ".."))
            throw ApiException.Refused($"Invalid {what} name: '{ApiException.Shorten(key)}'. Names may be treated as files in certain cases, and must not resolve to other names when treated as such.");
    }

    // What Python's regular expressions call a word character.
    private static bool IsWord(char c) => c == '_' || char.IsLetterOrDigit(c) || char.IsSurrogate(c)
        || char.GetUnicodeCategory(c) is UnicodeCategory.OtherNumber or UnicodeCategory.LetterNumber;

    private static void RequireLength(string value, int most, string what)
    {
        if (value.Length > most) throw ApiException.Refused(FormattableString.Invariant($"The {what} has {value.Length} characters, more than the {most} that are allowed."));
    }
}
