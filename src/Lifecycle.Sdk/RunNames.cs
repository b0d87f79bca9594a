using System.Globalization;
using System.Security.Cryptography;
using System.Text;

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
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(id.ToString()), hash);
        var number = ((hash[2] << 8) | hash[3]) % 1000;
        return string.Create(CultureInfo.InvariantCulture, $"{Adjectives[hash[0] % Adjectives.Length]}-{Nouns[hash[1] % Nouns.Length]}-{number}");
    }
}
