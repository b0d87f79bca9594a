using System.Globalization;
using System.Text;
using Lifecycle.Sdk.Storage;

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
        var hash = Crc32C.Compute(Encoding.UTF8.GetBytes(id.ToString()));
        var (adjective, noun, number) = (hash & 0xff, (hash >> 8) & 0xff, (hash >> 16) % 1000);
        return string.Create(CultureInfo.InvariantCulture, $"{Adjectives[adjective % Adjectives.Length]}-{Nouns[noun % Nouns.Length]}-{number}");
    }
}
