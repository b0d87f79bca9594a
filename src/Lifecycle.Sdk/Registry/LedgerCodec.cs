using System.Text.Json;

namespace Lifecycle.Sdk;

/// <summary>Entries of the registry's ledger as bytes; <see cref="LedgerChain"/> seals them.</summary>
internal static class LedgerCodec
{
    public static byte[] Encode(LedgerDocument document, out string hash) =>
        LedgerChain.Seal(JsonSerializer.SerializeToUtf8Bytes(document, LedgerJson.Default.LedgerDocument), out hash);

    /// <summary>Reads the entry that follows a known one.</summary>
    /// <exception cref="InvalidDataException">It is not what was written there; the message is a sentence about it.</exception>
    public static LedgerDocument Decode(ReadOnlySpan<byte> entry, LedgerAnchor before, out string hash)
    {
        var document = Parse(LedgerChain.Open(entry, out hash));
        LedgerChain.RequireNext(before, document.Sequence, document.Previous);
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
