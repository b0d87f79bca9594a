using System.Buffers.Binary;
using System.Text;
using SQLitePCL;

namespace Lifecycle.Sdk.Storage.Sqlite;

/// <summary>
/// What this library adds to SQL on its own connections. No table, index or view uses any of it, so that every other SQLite tool can read
/// and change the file.
/// </summary>
internal static class SqliteFunctions
{
    // Registered once per connection, kept here so that the delegates live as long as the process.
    private static readonly delegate_function_scalar ChecksumFunction = Checksum;
    private static readonly delegate_function_scalar MatchesFunction = Matches;

    /// <param name="database">The connection.</param>
    /// <param name="patterns">Where <c>matches(index, text)</c> finds the patterns of the query that runs on this connection.</param>
    public static void Register(sqlite3 database, List<LikePattern> patterns)
    {
        const int flags = raw.SQLITE_UTF8 | raw.SQLITE_DETERMINISTIC;
        raw.sqlite3_create_function(database, "checksum", -1, flags, null, ChecksumFunction);
        raw.sqlite3_create_function(database, "matches", 2, flags, patterns, MatchesFunction);
    }

    /// <summary>
    /// CRC-32C over the values of a row: for each one byte for the type, then 8 bytes for a number or the length and the bytes. SQLite's
    /// pages carry no checksum, so without it a flipped bit in a row would be a wrong value that nobody notices.
    /// </summary>
    private static void Checksum(sqlite3_context context, object userData, sqlite3_value[] values)
    {
        var crc = 0u;
        Span<byte> head = stackalloc byte[1 + sizeof(long)];
        foreach (var value in values)
        {
            var type = raw.sqlite3_value_type(value);
            head[0] = (byte)type;
            var bytes = type is raw.SQLITE_TEXT or raw.SQLITE_BLOB ? raw.sqlite3_value_blob(value) : default;
            BinaryPrimitives.WriteInt64LittleEndian(head[1..], type switch
            {
                raw.SQLITE_INTEGER => raw.sqlite3_value_int64(value),
                raw.SQLITE_FLOAT => RealBits(raw.sqlite3_value_double(value)),
                _ => bytes.Length,
            });
            crc = Crc32C.Append(Crc32C.Append(crc, head), bytes);
        }

        raw.sqlite3_result_int64(context, crc);
    }

    private static void Matches(sqlite3_context context, object userData, sqlite3_value[] values)
    {
        var pattern = ((List<LikePattern>)userData)[raw.sqlite3_value_int(values[0])];
        var isMatch = raw.sqlite3_value_type(values[1]) != raw.SQLITE_NULL
            && pattern.Matches(Encoding.UTF8.GetString(raw.sqlite3_value_blob(values[1])));
        raw.sqlite3_result_int(context, isMatch ? 1 : 0);
    }

    /// <summary>A REAL column forgets the sign of zero, so both zeros count as one here.</summary>
    private static long RealBits(double value) => value == 0 ? 0 : BitConverter.DoubleToInt64Bits(value);
}
