using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Sdk.Storage;

/// <summary>
/// The one block format of the local stores: 1 to 8,192 points of one series, every bit kept. LocalFile/FORMAT.md describes the bytes.
/// <para>
/// Steps and timestamps are differences from the point before, packed in groups of 64 with a frame of reference (Goldstein, Ramakrishnan and Shaft,
/// "Compressing relations and indexes", ICDE 1998): a regular series needs no bits at all. Values are the doubles' bits as integers without the
/// zero bits that a group has in common at the end, which a float32 widened to a double has 29 of, packed the same way, either as they are or as
/// differences. All groups are whole bytes, so a reader needs no bit stream. Two checksums (CRC-32C) cover header and columns.
/// </para>
/// </summary>
internal static class PointCodec
{
    public const int MaxCount = 8_192;
    public const byte Version = 1;
    public const int FixedHeaderLength = 16;
    public const int SummaryLength = 116;
    public const int GroupLength = 64;

    /// <summary>Below this many points a summary would cost more than the points; it is then computed from them.</summary>
    private const int MinCountWithSummary = 32;

    private const byte SummaryFlag = 1;

    /// <summary>The longest possible block of a number of points.</summary>
    public static int MaxLength(int count)
    {
        var groups = (count + GroupLength - 1) / GroupLength;
        return FixedHeaderLength + SummaryLength + (3 * ((count * sizeof(ulong)) + (groups * 22) + 10));
    }

    /// <summary>Writes one block.</summary>
    /// <exception cref="ArgumentException">The columns are empty, too long or differ in length.</exception>
    public static void Encode(ReadOnlySpan<long> steps, ReadOnlySpan<long> timestamps, ReadOnlySpan<double> values, IBufferWriter<byte> output)
    {
        var count = steps.Length;
        if (count is 0 or > MaxCount || timestamps.Length != count || values.Length != count)
        {
            throw new ArgumentException(
                $"A block has 1 to {MaxCount} points in columns of equal length, not {steps.Length}, {timestamps.Length} and {values.Length}.", nameof(steps));
        }

        var block = output.GetSpan(MaxLength(count));
        var withSummary = count >= MinCountWithSummary;
        var headerLength = FixedHeaderLength + (withSummary ? SummaryLength : 0);
        var body = new BlockWriter(block[headerLength..]);
        body.WriteIntegers(steps);
        body.WriteIntegers(timestamps);
        body.WriteDoubles(values);

        block[0] = Version;
        block[1] = withSummary ? SummaryFlag : (byte)0;
        BinaryPrimitives.WriteUInt16LittleEndian(block[2..], (ushort)count);
        BinaryPrimitives.WriteInt32LittleEndian(block[4..], body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(block[8..], Crc32C.Compute(block.Slice(headerLength, body.Length)));
        if (withSummary)
        {
            var summary = new MetricSummaryBuilder();
            summary.Add(steps, timestamps, values);
            WriteSummary(block.Slice(FixedHeaderLength, SummaryLength), summary);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(block[12..], HeaderChecksum(block[..headerLength]));
        output.Advance(headerLength + body.Length);
    }

    /// <summary>Reads one block into new columns.</summary>
    /// <exception cref="InvalidDataException">The bytes are not exactly one undamaged block.</exception>
    public static PointBlock Decode(ReadOnlySpan<byte> block, long attempt = 0)
    {
        var count = ReadFrame(block, out _, out _);
        var steps = GC.AllocateUninitializedArray<long>(count);
        var timestamps = GC.AllocateUninitializedArray<long>(count);
        var values = GC.AllocateUninitializedArray<double>(count);
        Decode(block, steps, timestamps, values);
        return new PointBlock(attempt, steps, timestamps, values);
    }

    /// <summary>Reads one block into columns that have at least room for its points.</summary>
    /// <returns>How many points were read.</returns>
    /// <exception cref="InvalidDataException">The bytes are not exactly one undamaged block.</exception>
    public static int Decode(ReadOnlySpan<byte> block, Span<long> steps, Span<long> timestamps, Span<double> values)
    {
        var count = ReadFrame(block, out var headerLength, out var bodyLength);
        if (block.Length != headerLength + bodyLength) throw Damaged($"it has {block.Length} bytes instead of {headerLength + bodyLength}");
        var body = block.Slice(headerLength, bodyLength);
        if (Crc32C.Compute(body) != BinaryPrimitives.ReadUInt32LittleEndian(block[8..])) throw Damaged("the checksum of its columns does not fit");
        var reader = new BlockReader(body);
        reader.ReadIntegers(steps[..count]);
        reader.ReadIntegers(timestamps[..count]);
        reader.ReadDoubles(values[..count]);
        if (!reader.AtEnd) throw Damaged("bytes follow its columns");
        return count;
    }

    /// <summary>Whether both checksums and the length fit.</summary>
    public static bool IsUndamaged(ReadOnlySpan<byte> block)
    {
        try
        {
            ReadFrame(block, out var headerLength, out var bodyLength);
            return block.Length == headerLength + bodyLength && Crc32C.Compute(block[headerLength..]) == BinaryPrimitives.ReadUInt32LittleEndian(block[8..]);
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>
    /// Reads what a block says of its points. Needs only the first <see cref="FixedHeaderLength"/> + <see cref="SummaryLength"/> bytes of a block that
    /// carries a summary, and then checks the header's checksum but not the columns'; a small block without a summary is needed and decoded whole.
    /// </summary>
    /// <exception cref="InvalidDataException">The header is damaged.</exception>
    public static PointBlockHeader ReadHeader(ReadOnlySpan<byte> block)
    {
        var count = ReadFrame(block, out var headerLength, out var bodyLength);
        var total = headerLength + bodyLength;
        if (headerLength > FixedHeaderLength) return new PointBlockHeader(count, total, ReadSummary(block[FixedHeaderLength..headerLength], count));
        if (block.Length < total) throw Damaged($"it has {block.Length} bytes instead of {total}");
        Span<long> steps = stackalloc long[MinCountWithSummary], timestamps = stackalloc long[MinCountWithSummary];
        Span<double> values = stackalloc double[MinCountWithSummary];
        if (count > steps.Length) throw Damaged("it has no summary");
        Decode(block[..total], steps, timestamps, values);
        var summary = new MetricSummaryBuilder();
        summary.Add(steps[..count], timestamps[..count], values[..count]);
        return new PointBlockHeader(count, total, summary);
    }

    [DoesNotReturn]
    internal static void ThrowDamaged(string what) => throw Damaged(what);

    private static InvalidDataException Damaged(string what) => new($"The point block is damaged: {what}.");

    private static int ReadFrame(ReadOnlySpan<byte> block, out int headerLength, out int bodyLength)
    {
        if (block.Length < FixedHeaderLength) throw Damaged($"it ends after {block.Length} bytes");
        headerLength = FixedHeaderLength + ((block[1] & SummaryFlag) != 0 ? SummaryLength : 0);
        if (block.Length < headerLength) throw Damaged($"it ends after {block.Length} bytes");
        if (HeaderChecksum(block[..headerLength]) != BinaryPrimitives.ReadUInt32LittleEndian(block[12..])) throw Damaged("the checksum of its header does not fit");
        if (block[0] != Version) throw Damaged($"it has format version {block[0]}, and this library reads version {Version}");
        if ((block[1] & ~SummaryFlag) != 0) throw Damaged($"its flags are {block[1]}");
        var count = BinaryPrimitives.ReadUInt16LittleEndian(block[2..]);
        bodyLength = BinaryPrimitives.ReadInt32LittleEndian(block[4..]);
        if (count is 0 or > MaxCount) throw Damaged($"it claims {count} points");
        if (bodyLength < 0 || bodyLength > MaxLength(count)) throw Damaged($"it claims {bodyLength} bytes");
        return count;
    }

    /// <summary>All of the header but the checksum itself.</summary>
    private static uint HeaderChecksum(ReadOnlySpan<byte> header) => Crc32C.Append(Crc32C.Compute(header[..12]), header[FixedHeaderLength..]);

    private static void WriteSummary(Span<byte> target, MetricSummaryBuilder summary)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, (int)summary.NaNCount);
        WritePoint(target[4..], summary.First);
        WritePoint(target[28..], summary.Last);
        WritePoint(target[52..], summary.Min ?? default);
        WritePoint(target[76..], summary.Max ?? default);
        BinaryPrimitives.WriteDoubleLittleEndian(target[100..], summary.Sum);
        BinaryPrimitives.WriteDoubleLittleEndian(target[108..], summary.SumLow);
    }

    private static MetricSummaryBuilder ReadSummary(ReadOnlySpan<byte> source, int count)
    {
        var nans = BinaryPrimitives.ReadInt32LittleEndian(source);
        if (nans < 0 || nans > count) throw Damaged($"it claims {nans} NaN of {count}");
        return MetricSummaryBuilder.Restore(
            count,
            nans,
            ReadPoint(source[4..]),
            ReadPoint(source[28..]),
            nans == count ? null : ReadPoint(source[52..]),
            nans == count ? null : ReadPoint(source[76..]),
            BinaryPrimitives.ReadDoubleLittleEndian(source[100..]),
            BinaryPrimitives.ReadDoubleLittleEndian(source[108..]));
    }

    private static void WritePoint(Span<byte> target, MetricPoint point)
    {
        BinaryPrimitives.WriteInt64LittleEndian(target, point.Step);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], point.UnixTimeMilliseconds);
        BinaryPrimitives.WriteDoubleLittleEndian(target[16..], point.Value);
    }

    private static MetricPoint ReadPoint(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadInt64LittleEndian(source),
        BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
        BinaryPrimitives.ReadDoubleLittleEndian(source[16..]));
}

/// <summary>What a block says of its points.</summary>
/// <param name="Count">How many points.</param>
/// <param name="Length">The length of the whole block in bytes.</param>
/// <param name="Summary">Their summary; not shared, so the caller may go on adding to it.</param>
internal readonly record struct PointBlockHeader(int Count, int Length, MetricSummaryBuilder Summary)
{
    /// <summary>The smallest step.</summary>
    public long MinStep => Summary.First.Step;

    /// <summary>The greatest step.</summary>
    public long MaxStep => Summary.Last.Step;
}
