using System.Globalization;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>A version as people name it: <c>fraud@champion</c>, <c>fraud/3</c>, <c>fraud/Production</c>, <c>fraud/latest</c>.</summary>
internal sealed record ModelReference(string Model, string? Alias, int? Version, ModelStage? Stage)
{
    private const string Scheme = "models:/";

    /// <exception cref="ArgumentException">The text is not a reference.</exception>
    public static ModelReference Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var rest = text.StartsWith(Scheme, StringComparison.Ordinal) ? text[Scheme.Length..] : text;
        // Neither names nor what follows them hold a slash, and aliases hold no at sign.
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var at = rest.LastIndexOf('@');
        return slash >= 0 ? OfVersion(text, rest[..slash], rest[(slash + 1)..])
            : at >= 0 ? OfAlias(text, rest[..at], rest[(at + 1)..])
            : throw Broken(text);
    }

    public static bool TryParseStage(string text, out ModelStage stage)
    {
        stage = default;
        return text.Length > 0 && char.IsAsciiLetter(text[0]) && Enum.TryParse(text, ignoreCase: true, out stage) && Enum.IsDefined(stage);
    }

    private static ModelReference OfAlias(string text, string model, string alias) =>
        NameRules.FindModelNameFault(model) is null && NameRules.FindModelAliasFault(alias) is null
            ? new ModelReference(model, alias, null, null)
            : throw Broken(text);

    private static ModelReference OfVersion(string text, string model, string version)
    {
        if (NameRules.FindModelNameFault(model) is not null) throw Broken(text);
        if (int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
            return new ModelReference(model, null, number, null);
        if (version.Equals("latest", StringComparison.OrdinalIgnoreCase)) return new ModelReference(model, null, null, null);
        return TryParseStage(version, out var stage) ? new ModelReference(model, null, null, stage) : throw Broken(text);
    }

    private static ArgumentException Broken(string text) => new(
        $"'{NameRules.Shorten(text)}' names no model version: write name@alias, name/3, name/Production or name/latest.", nameof(text));
}
