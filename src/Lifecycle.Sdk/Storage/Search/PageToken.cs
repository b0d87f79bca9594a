using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Lifecycle.Sdk.Storage;

/// <summary>
/// Page tokens of one query. A token holds the place of the last row handed out (its <see cref="SearchKey"/>), not a count of rows, so
/// rows that are added or removed meanwhile neither repeat nor hide others: the next page is what comes after that place. It is bound to
/// the query by a hash, so a token of another query is refused; the page size may change between pages. Clients must not look inside.
/// <para>Bytes before base64url: version 1; SHA-256 of the query, 16 bytes; per term the class and its value; the id; SHA-256 of all
/// before, 8 bytes. Integers and bits of doubles are 8 bytes big-endian, texts are UTF-8 after a 4-byte length.</para>
/// </summary>
internal sealed class PageToken
{
    private const byte Version = 1;
    private const int HashLength = 16;
    private const int CheckLength = 8;
    private readonly byte[] _hash;

    private PageToken(string query) => _hash = SHA256.HashData(Encoding.UTF8.GetBytes(query))[..HashLength];

    /// <summary>Tokens of a query over runs.</summary>
    public static PageToken Bind(RunQuery query)
    {
        var experiments = query.ExperimentIds is null ? "all" : string.Concat(query.ExperimentIds.Order(StringComparer.Ordinal).Select(Counted));
        return new PageToken($"runs|{experiments}|{Describe(query.Filter, query.OrderBy, query.View)}");
    }

    /// <summary>Tokens of a query over experiments.</summary>
    public static PageToken Bind(ExperimentQuery query) => new($"experiments|{Describe(query.Filter, query.OrderBy, query.View)}");

    /// <summary>Tokens of a query over registered models or versions.</summary>
    public static PageToken Bind(ModelQuery query, SearchTarget target) => new($"{target}|{Describe(query.Filter, query.OrderBy, StageView.All)}");

    /// <summary>The token of the page after a row.</summary>
    public string Encode(SearchKey last)
    {
        var bytes = new MemoryStream();
        bytes.WriteByte(Version);
        bytes.Write(_hash);
        foreach (var value in last.Values) Write(bytes, value);
        Write(bytes, last.Id);
        bytes.Write(SHA256.HashData(bytes.ToArray()).AsSpan(0, CheckLength));
        return Base64Url.EncodeToString(bytes.ToArray());
    }

    /// <summary>The row that a token stands for.</summary>
    /// <param name="token">What <see cref="Encode"/> made.</param>
    /// <param name="terms">How many terms the complete ordering has.</param>
    /// <exception cref="ArgumentException">The token is broken or of another query.</exception>
    public SearchKey Decode(string token, int terms)
    {
        if (!TryDecodeBytes(token, out var bytes)) throw Broken(token);
        var rest = bytes.AsSpan(..^CheckLength);
        if (rest[0] != Version)
            throw new ArgumentException($"The page token has version {rest[0]}; this library reads version {Version}.", nameof(token));
        if (!rest[1..(1 + HashLength)].SequenceEqual(_hash))
            throw new ArgumentException(
                "The page token belongs to another query: filter, ordering, experiments and view must stay the same.", nameof(token));
        rest = rest[(1 + HashLength)..];
        var values = new SearchValue[terms];
        for (var i = 0; i < terms; i++)
        {
            if (!TryRead(ref rest, out values[i])) throw Broken(token);
        }

        return TryReadText(ref rest, out var id) && rest.IsEmpty ? new SearchKey(values, id) : throw Broken(token);
    }

    private static string Describe(SearchExpression? filter, IReadOnlyList<SearchOrder> orderBy, StageView view) =>
        $"{(int)view}|{Counted(filter?.ToString() ?? "")}|{string.Join(',', orderBy.Select(order => order.ToString()))}";

    private static string Counted(string text) => $"{text.Length}:{text};";

    private static ArgumentException Broken(string token) =>
        new($"The page token '{NameRules.Shorten(token)}' is not one, or was altered.", nameof(token));

    private static bool TryDecodeBytes(string token, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = Base64Url.IsValid(token) ? Base64Url.DecodeFromChars(token) : null;
        return bytes is not null && bytes.Length > 1 + HashLength + CheckLength
            && SHA256.HashData(bytes.AsSpan(..^CheckLength)).AsSpan(0, CheckLength).SequenceEqual(bytes.AsSpan(^CheckLength..));
    }

    private static void Write(MemoryStream bytes, in SearchValue value)
    {
        // The class, and for numbers whether it is an integer.
        bytes.WriteByte((byte)((byte)value.Class | (value.Number.IsInteger ? 0x80 : 0)));
        if (value.Class is SearchValueClass.Text) Write(bytes, value.Text!);
        if (value.Class is not (SearchValueClass.Number or SearchValueClass.Boolean)) return;
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(
            number, value.Number.IsInteger ? value.Number.Integer : BitConverter.DoubleToInt64Bits(value.Number.Floating));
        bytes.Write(number);
    }

    private static void Write(MemoryStream bytes, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, utf8.Length);
        bytes.Write(length);
        bytes.Write(utf8);
    }

    private static bool TryRead(ref Span<byte> rest, out SearchValue value)
    {
        value = SearchValue.Missing;
        if (rest.IsEmpty) return false;
        var (kind, isInteger) = ((SearchValueClass)(rest[0] & 0x7F), (rest[0] & 0x80) != 0);
        rest = rest[1..];
        switch (kind)
        {
            case SearchValueClass.Missing:
                return true;
            case SearchValueClass.NaN:
                value = SearchValue.Of(double.NaN);
                return true;
            case SearchValueClass.Text when TryReadText(ref rest, out var text):
                value = SearchValue.OfText(text);
                return true;
            case SearchValueClass.Number or SearchValueClass.Boolean when rest.Length >= 8:
                var bits = BinaryPrimitives.ReadInt64BigEndian(rest);
                rest = rest[8..];
                value = kind == SearchValueClass.Boolean ? SearchValue.Of(bits != 0)
                    : isInteger ? SearchValue.Of(bits) : SearchValue.Of(BitConverter.Int64BitsToDouble(bits));
                return true;
            default:
                return false;
        }
    }

    private static bool TryReadText(ref Span<byte> rest, out string text)
    {
        text = "";
        if (rest.Length < 4) return false;
        var length = BinaryPrimitives.ReadInt32BigEndian(rest);
        if (length < 0 || length > rest.Length - 4) return false;
        text = Encoding.UTF8.GetString(rest.Slice(4, length));
        rest = rest[(4 + length)..];
        return true;
    }
}
