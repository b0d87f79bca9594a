using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>Where everything is inside a store's folder. The only place that makes file names; see FORMAT.md.</summary>
internal sealed class StoreLayout(string root)
{
    public const string RunFile = "run.json";
    public const string ExperimentFile = "experiment.json";
    public const string TemporarySuffix = ".tmp";
    public const string LockFile = ".lock";

    public string Root { get; } = root;

    public string StoreFile => Path.Combine(Root, "lifecycle.json");

    public string StoreLock => Path.Combine(Root, LockFile);

    public string ChangeLog => Path.Combine(Root, ".changes");

    public string ChangeLogLock => Path.Combine(Root, ".changes.lock");

    public string Journal => Path.Combine(Root, ".journal");

    public string Experiments => Path.Combine(Root, "experiments");

    public string Runs => Path.Combine(Root, "runs");

    public string Contents => Path.Combine(Root, "content");

    public string Experiment(string id) => Path.Combine(Experiments, id, ExperimentFile);

    public string Run(RunId id) => Path.Combine(Runs, FolderName(id));

    public string Content(ContentDigest digest)
    {
        var hex = digest.ToString();
        return Path.Combine(Contents, hex[..2], hex);
    }

    public string LedgerFolder(StoreLedger ledger) => Path.Combine(Root, ledger == StoreLedger.Registry ? "registry" : "audit");

    public string LedgerLock(StoreLedger ledger) => Path.Combine(LedgerFolder(ledger), LockFile);

    /// <summary>The part of a ledger that begins behind so many entries.</summary>
    public string LedgerPart(StoreLedger ledger, long before) => Path.Combine(
        LedgerFolder(ledger), before == 0 ? "ledger.jsonl" : string.Create(CultureInfo.InvariantCulture, $"ledger.{before}.jsonl"));

    /// <summary>How many entries are before the part of a ledger that has this name; null if it is not one.</summary>
    public static long? FindLedgerPart(string fileName) => fileName.Split('.') switch
    {
        ["ledger", "jsonl"] => 0,
        ["ledger", var before, "jsonl"] => FrameFileName.ParseNumber(before),
        _ => null,
    };

    /// <summary>Whether a text is an experiment id as this store makes them: a decimal number without leading zeros.</summary>
    public static bool IsExperimentId(string id) =>
        id.Length is > 0 and <= 18 && id.All(char.IsAsciiDigit) && (id == "0" || id[0] != '0');

    /// <summary>
    /// A folder name that differs from every other run's also where case does not count, and that is no Windows device name: the id itself if it is
    /// plain, else its lower case, <c>+</c> (which no id contains) and the first 32 digits of the SHA-256 of the id.
    /// </summary>
    public static string FolderName(RunId id)
    {
        var text = id.ToString();
        if (!text.Any(char.IsAsciiLetterUpper) && NameRules.FindArtifactPathFault(text) is null) return text;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
        return $"{text.ToLowerInvariant()}+{hash[..32]}";
    }
}

/// <summary>
/// The name of a file of frames, which says whose it is and which batches it holds: <c>WRITER.FIRST.log</c> is appended to and holds batches from FIRST on;
/// <c>WRITER.FIRST-LAST.sealed</c> never changes. Of overlapping files the sealed one with the widest range counts.
/// </summary>
internal sealed record FrameFileName(string Writer, long First, long? Last) : IComparable<FrameFileName>
{
    public const string Direct = "direct";

    public bool IsSealed => Last is not null;

    public static string WriterName(WriterId writer) => writer.IsNone ? Direct : writer.ToString();

    public static FrameFileName? TryParse(string fileName)
    {
        var parts = fileName.Split('.');
        if (parts.Length != 3 || !IsWriter(parts[0])) return null;
        if (parts[2] == "log") return ParseNumber(parts[1]) is { } from ? new(parts[0], from, null) : null;
        if (parts[2] != "sealed") return null;
        var range = parts[1].Split('-');
        return range.Length == 2 && ParseNumber(range[0]) is { } first && ParseNumber(range[1]) is { } last && first <= last
            ? new(parts[0], first, last)
            : null;
    }

    public int CompareTo(FrameFileName? other) => other is null ? 1 : (First, Last ?? long.MaxValue).CompareTo((other.First, other.Last ?? long.MaxValue));

    public override string ToString() => Last is { } last
        ? string.Create(CultureInfo.InvariantCulture, $"{Writer}.{First}-{last}.sealed")
        : string.Create(CultureInfo.InvariantCulture, $"{Writer}.{First}.log");

    private static bool IsWriter(string text) => text == Direct || (text.Length == 16 && text.All(c => char.IsAsciiHexDigitLower(c)));

    /// <summary>A positive decimal number without leading zeros.</summary>
    public static long? ParseNumber(string text) =>
        text.Length is > 0 and <= 19 && text.All(char.IsAsciiDigit) && text[0] != '0'
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
