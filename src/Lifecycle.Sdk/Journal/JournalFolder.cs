using System.Globalization;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Journal;

/// <summary>The names of what lies in a journal's folder, <c>&lt;run&gt;-&lt;writer&gt;/</c>.</summary>
internal static class JournalFolder
{
    private const string SegmentPrefix = "points-";
    private const string SegmentSuffix = ".seg";
    private const int WriterDigits = 16;

    public static string PathOf(string directory, RunId run, WriterId writer) => Path.Combine(directory, $"{run}-{writer}");

    public static string OwnerPath(string folder) => Path.Combine(folder, "owner");

    /// <summary>Lies there once a tracker has taken a dead owner's journal over: who holds the lock then is not logging to the run.</summary>
    public static string RecoveringPath(string folder) => Path.Combine(folder, "recovering");

    public static string FactsPath(string folder) => Path.Combine(folder, "facts.log");

    public static string MarkPath(string folder) => Path.Combine(folder, "mark");

    public static string StagingPath(string folder) => Path.Combine(folder, "staging");

    public static string SegmentPath(string folder, int number) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{SegmentPrefix}{number:D6}{SegmentSuffix}"));

    /// <summary>A segment being prepared, which holds no point yet.</summary>
    public static string PreparedPath(string folder, int serial) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"prepared-{serial:D6}.tmp"));

    /// <summary>Reads whose journal a folder is; false if it is none.</summary>
    public static bool TryParse(string folder, out RunId run, out WriterId writer)
    {
        run = default;
        writer = default;
        var name = Path.GetFileName(folder);
        if (name.Length < WriterDigits + 2 || name[^(WriterDigits + 1)] != '-') return false;
        if (!RunId.TryParse(name[..^(WriterDigits + 1)], null, out run)) return false;
        var digits = name[^WriterDigits..];
        if (!digits.All(char.IsAsciiHexDigitLower)) return false;
        writer = WriterId.Parse(digits);
        return true;
    }

    /// <summary>The numbers of the segments in a folder, in order.</summary>
    public static List<int> SegmentNumbers(string folder)
    {
        var numbers = new List<int>();
        foreach (var path in Directory.EnumerateFiles(folder, SegmentPrefix + "*" + SegmentSuffix))
        {
            var digits = Path.GetFileName(path.AsSpan())[SegmentPrefix.Length..^SegmentSuffix.Length];
            if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) numbers.Add(number);
        }

        numbers.Sort();
        return numbers;
    }

    /// <summary>What seeds the checks of everything a writer writes.</summary>
    public static uint SeedOf(WriterId writer) => System.Numerics.BitOperations.Crc32C(
        0x4C43534Au, ulong.Parse(writer.ToString(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
}
