using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lifecycle.Sdk;

/// <summary>Entries of the audit trail as bytes; <see cref="LedgerChain"/> seals them.</summary>
internal static class AuditCodec
{
    /// <summary>Writes what was recorded as the entry that follows another.</summary>
    /// <param name="record">What was recorded.</param>
    /// <param name="count">How often.</param>
    /// <param name="time">When first, to the millisecond.</param>
    /// <param name="before">The entry before; null for none.</param>
    /// <param name="entry">What was written.</param>
    public static byte[] Encode(AuditRecord record, long count, DateTimeOffset time, AuditEntry? before, out AuditEntry entry)
    {
        // A clock that was set back must not make the past ambiguous, and finding an entry by its time stands on their order.
        if (time < before?.Time) time = before.Time;
        var (end, document) = (AnchorOf(before), new AuditDocument(0, time, record.User, record.Action, record.Subject, record.Status, count, ""));
        document = document with { Sequence = end.Count + 1, Previous = end.Hash };
        var bytes = LedgerChain.Seal(JsonSerializer.SerializeToUtf8Bytes(document, AuditJson.Default.AuditDocument), out var hash);
        entry = ToEntry(document, hash);
        return bytes;
    }

    /// <summary>Reads an entry by itself.</summary>
    /// <exception cref="InvalidDataException">It is not what was written there; the message is a sentence about it.</exception>
    public static AuditEntry Decode(ReadOnlySpan<byte> entry)
    {
        try
        {
            var document = JsonSerializer.Deserialize(LedgerChain.Open(entry, out var hash), AuditJson.Default.AuditDocument) ?? throw new InvalidDataException("It is null.");
            return ToEntry(document, hash);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"It can't be read; perhaps a later version of this library wrote it: {e.Message}", e);
        }
    }

    /// <summary>Reads the entry that follows a known one; null for none.</summary>
    /// <exception cref="InvalidDataException">It is not what was written there; the message is a sentence about it.</exception>
    public static AuditEntry Decode(ReadOnlySpan<byte> entry, AuditEntry? before)
    {
        var next = Decode(entry);
        LedgerChain.RequireNext(AnchorOf(before), next.Sequence, next.PreviousHash);
        return next.Time >= before?.Time || before is null ? next : throw new InvalidDataException("It is older than the entry before it.");
    }

    public static LedgerAnchor AnchorOf(AuditEntry? entry) => entry is null ? LedgerChain.Start : new LedgerAnchor(entry.Sequence, entry.Hash);

    private static AuditEntry ToEntry(AuditDocument document, string hash) => new()
    {
        Sequence = document.Sequence,
        Time = document.Time,
        User = document.User,
        Action = document.Action,
        Subject = document.Subject,
        Count = document.Count,
        Status = document.Status,
        PreviousHash = document.Previous,
        Hash = hash,
    };
}

/// <summary>What is recorded; equal ones are merged.</summary>
internal readonly record struct AuditRecord(string? User, string Action, string Subject, int? Status);

/// <summary>An entry as it is stored; the order of the properties is the order of the text.</summary>
internal sealed record AuditDocument(long Sequence, DateTimeOffset Time, string? User, string Action, string Subject, int? Status, long Count, string Previous);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(AuditDocument))]
internal sealed partial class AuditJson : JsonSerializerContext;
