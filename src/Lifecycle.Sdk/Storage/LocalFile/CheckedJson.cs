using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>
/// Indented JSON objects whose last property <c>crc32c</c> is the checksum of all bytes before it, so that a changed byte is noticed
/// although the text may still be valid JSON.
/// </summary>
internal static class CheckedJson
{
    private const string Prefix = ",\n  \"crc32c\": \"";
    private const string Suffix = "\"\n}\n";
    private const int DigitCount = 8;

    public static byte[] Write<T>(T document, JsonTypeInfo<T> type)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(document, type);
        var body = json.AsSpan(0, json.AsSpan().LastIndexOf((byte)'\n'));
        var tail = Encoding.ASCII.GetBytes(Prefix + Crc32C.Compute(body).ToString("x8", CultureInfo.InvariantCulture) + Suffix);
        return [.. body, .. tail];
    }

    /// <exception cref="InvalidDataException">The bytes are not what was written.</exception>
    public static T Read<T>(ReadOnlySpan<byte> bytes, JsonTypeInfo<T> type)
    {
        var bodyLength = bytes.Length - Prefix.Length - DigitCount - Suffix.Length;
        if (bodyLength < 0) throw new InvalidDataException("The file is too short.");
        var expected = Encoding.ASCII.GetBytes(Prefix + Crc32C.Compute(bytes[..bodyLength]).ToString("x8", CultureInfo.InvariantCulture) + Suffix);
        if (!bytes[bodyLength..].SequenceEqual(expected)) throw new InvalidDataException("The checksum does not fit the content.");
        try
        {
            return JsonSerializer.Deserialize(bytes, type) ?? throw new InvalidDataException("The file holds null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The file is not what it should be: {e.Message}", e);
        }
    }
}
