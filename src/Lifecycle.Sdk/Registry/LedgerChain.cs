using System.Security.Cryptography;
using System.Text;

namespace Lifecycle.Sdk;

/// <summary>
/// Chains the entries of a ledger by hash. The canonical form is what is stored: one line of compact JSON whose last property is <c>hash</c>, the SHA-256 of all bytes
/// before <c>,"hash":"</c>. Nothing is parsed to check it, so no two readers can disagree about what was hashed. README.md beside this file says it for other languages.
/// </summary>
internal static class LedgerChain
{
    private const int HashDigits = 64;

    public static string NoHash { get; } = new('0', HashDigits);

    /// <summary>What an empty ledger has.</summary>
    public static LedgerAnchor Start { get; } = new(0, NoHash);

    private static ReadOnlySpan<byte> HashStart => ",\"hash\":\""u8;

    private static ReadOnlySpan<byte> HashEnd => "\"}"u8;

    /// <summary>Makes an entry of a JSON object, which ends with its brace.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> json, out string hash)
    {
        var body = json[..^1];
        hash = Convert.ToHexStringLower(SHA256.HashData(body));
        return [.. body, .. HashStart, .. Encoding.ASCII.GetBytes(hash), .. HashEnd];
    }

    /// <summary>Checks an entry by itself.</summary>
    /// <returns>The JSON object that was sealed.</returns>
    /// <exception cref="InvalidDataException">It was altered; the message is a sentence about it.</exception>
    public static byte[] Open(ReadOnlySpan<byte> entry, out string hash)
    {
        var bodyLength = entry.Length - HashStart.Length - HashDigits - HashEnd.Length;
        if (bodyLength <= 0) throw new InvalidDataException("It is too short.");
        var body = entry[..bodyLength];
        hash = Convert.ToHexStringLower(SHA256.HashData(body));
        byte[] expected = [.. HashStart, .. Encoding.ASCII.GetBytes(hash), .. HashEnd];
        return entry[bodyLength..].SequenceEqual(expected) ? [.. body, (byte)'}'] : throw new InvalidDataException("Its hash does not fit its content.");
    }

    /// <summary>Checks that an entry with this number and reference follows what is known.</summary>
    /// <exception cref="InvalidDataException">It does not; the message is a sentence about it.</exception>
    public static void RequireNext(LedgerAnchor before, long sequence, string previous)
    {
        if (sequence != before.Count + 1) throw new InvalidDataException($"It has the number {sequence} instead of {before.Count + 1}.");
        if (previous != before.Hash) throw new InvalidDataException("It does not follow the entry before it: the hashes differ.");
    }

    /// <summary>Reads a whole ledger and finds the first entry that was altered, removed or inserted.</summary>
    /// <param name="entries">The ledger from its beginning.</param>
    /// <param name="anchors">What is known of it from outside; what a process has seen itself is to be taken before reading, as the ledger may grow meanwhile.</param>
    /// <param name="read">Reads the entry that follows an anchor and gives its hash; throws an <see cref="InvalidDataException"/> with a sentence if it is not what was written there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<LedgerVerification> VerifyAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> entries, LedgerAnchor?[] anchors, Func<ReadOnlyMemory<byte>, LedgerAnchor, string> read, CancellationToken cancellationToken)
    {
        var (at, count) = (Start, 0L);
        (long Number, string Fault)? first = null;
        await foreach (var entry in entries.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            count++;
            if (first is not null) continue;
            try
            {
                var next = new LedgerAnchor(count, read(entry, at));
                if (Array.Exists(anchors, known => known?.Count == count && known.Hash != next.Hash))
                    throw new InvalidDataException("It, or one before it, is not the one that was there earlier: the ledger was written anew.");
                at = next;
            }
            catch (InvalidDataException e)
            {
                first = (count, e.Message);
            }
        }

        if (first is null && anchors.Max(known => known?.Count ?? 0) is var most && most > count)
            first = (count + 1, $"There were {most} entries, and {count} are left: the end was cut off.");
        return new LedgerVerification(count, at.Hash, first?.Number, first?.Fault);
    }
}
