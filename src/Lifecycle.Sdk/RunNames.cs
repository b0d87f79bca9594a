using System.Globalization;
using System.Numerics;

namespace Lifecycle.Sdk;

/// <summary>Makes up names that people can say, the same for the same run id.</summary>
internal static class RunNames
{
    private static readonly string[] Adjectives =
    [
        "amber", "bold", "brisk", "calm", "clever", "copper", "crisp", "eager", "early", "fair", "gentle", "golden", "grand", "keen", "kind", "lively",
        "lucid", "merry", "mild", "noble", "pale", "patient", "proud", "quiet", "rapid", "silver", "steady", "sunny", "swift", "tidy", "vivid", "warm",
    ];

    private static readonly string[] Nouns =
    [
        "badger", "beech", "brook", "cedar", "comet", "crane", "delta", "falcon", "fern", "finch", "fjord", "glade", "harbor", "heron", "ibis", "juniper",
        "kestrel", "lagoon", "larch", "lynx", "maple", "meadow", "otter", "owl", "pine", "plover", "raven", "reef", "robin", "sparrow", "tern", "willow",
    ];

    public static string MakeUp(RunId id)
    {
        // A checksum is enough, and loads no cryptographic library before the first point.
        uint hash = 0;
        foreach (var c in id.ToString()) hash = BitOperations.Crc32C(hash, c);
        var (adjective, noun, number) = (hash & 31, (hash >> 5) & 31, (hash >> 10) % 1000);
        return string.Create(CultureInfo.InvariantCulture, $"{Adjectives[adjective]}-{Nouns[noun]}-{number}");
    }
}
