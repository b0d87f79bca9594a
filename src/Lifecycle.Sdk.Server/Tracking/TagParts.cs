using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Server;

/// <summary>A text in as many tags as it takes: <c>TAG</c>, then <c>TAG.2</c> and so on.</summary>
internal static class TagParts
{
    /// <summary>What writes a text over the one that is there.</summary>
    /// <param name="tag">The tag of the first part.</param>
    /// <param name="ascii">JSON as the serializer writes it: what is not ASCII is escaped, so that no part ends within a character.</param>
    /// <param name="known">How many parts are there.</param>
    public static IEnumerable<RunFact> Write(string tag, string ascii, int known)
    {
        var parts = ascii.Chunk(NameRules.MaxTextLength).ToList();
        for (var part = 1; part <= parts.Count; part++) yield return new TagSet(NameOf(tag, part), new string(parts[part - 1]));
        for (var part = parts.Count + 1; part <= known; part++) yield return new TagDeleted(NameOf(tag, part));
    }

    /// <summary>The text, and how many parts it has; null and 0 if it is not there.</summary>
    public static (string? Text, int Parts) Read(RunInfo run, string tag)
    {
        if (!run.Tags.TryGetValue(tag, out var text)) return (null, 0);
        var parts = 1;
        for (; run.Tags.TryGetValue(NameOf(tag, parts + 1), out var more); parts++) text += more;
        return (text, parts);
    }

    private static string NameOf(string tag, int part) => part == 1 ? tag : FormattableString.Invariant($"{tag}.{part}");
}
