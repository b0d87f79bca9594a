using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Lifecycle.Sdk;

/// <summary>
/// Entries as bytes. The canonical form is what is stored: one line of compact JSON whose last property is <c>hash</c>, the SHA-256 of all bytes before
/// <c>,"hash":"</c>. Nothing is parsed to check it, so no two readers can disagree about what was hashed. README.md beside this file says it for other languages.
/// </summary>
internal static class LedgerCodec
{
    private const int HashDigits = 64;

    public static string NoHash { get; } = new('0', HashDigits);

    private static ReadOnlySpan<byte> HashStart => ",\"hash\":\""u8;

    private static ReadOnlySpan<byte> HashEnd => "\"}"u8;

    public static byte[] Encode(LedgerDocument document, out string hash)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(document, LedgerJson.Default.LedgerDocument);
        var body = json.AsSpan(..^1);
        hash = Convert.ToHexStringLower(SHA256.HashData(body));
        return [.. body, .. HashStart, .. Encoding.ASCII.GetBytes(hash), .. HashEnd];
    }

    /// <summary>Reads the entry that follows a known one.</summary>
    /// <exception cref="InvalidDataException">It is not what was written there; the message is a sentence about it.</exception>
    public static LedgerDocument Decode(ReadOnlySpan<byte> entry, long previousCount, string previousHash, out string hash)
    {
        var bodyLength = entry.Length - HashStart.Length - HashDigits - HashEnd.Length;
        if (bodyLength <= 0) throw new InvalidDataException("It is too short.");
        var body = entry[..bodyLength];
        hash = Convert.ToHexStringLower(SHA256.HashData(body));
        byte[] expected = [.. HashStart, .. Encoding.ASCII.GetBytes(hash), .. HashEnd];
        if (!entry[bodyLength..].SequenceEqual(expected)) throw new InvalidDataException("Its hash does not fit its content.");
        var document = Parse([.. body, (byte)'}']);
        if (document.Sequence != previousCount + 1) throw new InvalidDataException($"It has the number {document.Sequence} instead of {previousCount + 1}.");
        if (document.Previous != previousHash) throw new InvalidDataException("It does not follow the entry before it: the hashes differ.");
        return document;
    }

    public static LedgerEntry ToEntry(LedgerDocument document, string hash) => new()
    {
        Sequence = document.Sequence,
        Time = document.Time,
        Actor = document.Actor,
        Action = document.Action,
        Model = document.Model,
        Version = document.Version,
        Details = document.Details is null ? null : JsonSerializer.Serialize(document.Details, LedgerJson.Default.LedgerDetails),
        Reason = document.Reason,
        PreviousHash = document.Previous,
        Hash = hash,
    };

    private static LedgerDocument Parse(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, LedgerJson.Default.LedgerDocument) ?? throw new InvalidDataException("It is null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"It can't be read; perhaps a later version of this library wrote it: {e.Message}", e);
        }
    }
}
