using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>What a scan met besides frames.</summary>
/// <param name="Offset">Where the unreadable bytes begin.</param>
/// <param name="Length">How many there are.</param>
/// <param name="IsTornTail">Whether it is only the unfinished end of a write that a crash cut off.</param>
/// <param name="What">What is wrong.</param>
internal readonly record struct FrameDamage(long Offset, long Length, bool IsTornTail, string What);

/// <summary>Reads the frames of a file in order, skipping what is damaged.</summary>
internal sealed class FrameReader(SafeFileHandle file, long offset, long end)
{
    /// <summary>The fixed part of a directory entry: key length, block length, count, smallest and greatest step.</summary>
    public const int EntryLength = 28;

    private const int WindowLength = 64 * 1024;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private byte[] _window = [];
    private long _windowOffset;
    private int _windowLength;

    /// <summary>Where the next frame is looked for; after the last, where one may be appended: before a torn tail, after damage.</summary>
    public long Position { get; private set; } = offset;

    /// <summary>What was skipped so far.</summary>
    public List<FrameDamage> Damages { get; } = [];

    /// <summary>The next undamaged frame; null at the end.</summary>
    public Frame? Next()
    {
        while (Position < end)
        {
            var rest = end - Position;
            if (FrameHeader.TryRead(Read(Position, FrameHeader.Length), out var header))
            {
                if (header.TotalLength > rest)
                {
                    Damages.Add(new(Position, rest, true, $"the frame of batch {header.Sequence} is cut off"));
                    return null;
                }

                var at = Position;
                Position += header.TotalLength;
                if (TryReadMeta(at, header, Read(at + FrameHeader.Length, header.MetaLength)) is { } frame) return frame;
                Damages.Add(new(at, header.TotalLength, false, $"the facts and directory of batch {header.Sequence} are damaged, so that its blocks can't be told apart"));
            }
            else if (IsTornHeader(rest))
            {
                Damages.Add(new(Position, rest, true, "a frame is cut off in its header, or was never written"));
                return null;
            }
            else
            {
                var next = FindMagic(Position + 1);
                Damages.Add(new(Position, next - Position, false, "no frame begins here"));
                Position = next;
            }
        }

        return null;
    }

    /// <summary>A frame that was just built, as it will be found at a place in a file.</summary>
    public static Frame Parse(ReadOnlySpan<byte> bytes, long offset)
    {
        if (!FrameHeader.TryRead(bytes, out var header)) throw new ArgumentException("These bytes are not a frame.", nameof(bytes));
        return new FrameReader(new SafeFileHandle(), 0, 0).TryReadMeta(offset, header, bytes.Slice(FrameHeader.Length, header.MetaLength))!;
    }

    private Frame? TryReadMeta(long at, FrameHeader header, ReadOnlySpan<byte> meta)
    {
        if (meta.Length != header.MetaLength || Crc32C.Compute(meta) != header.MetaChecksum) return null;
        try
        {
            var facts = header.FactsLength == 0 ? [] : FactJson.Read(meta[..header.FactsLength]);
            var directory = meta[(header.FactsLength + header.MarkLength)..];
            return TryReadDirectory(directory, at + FrameHeader.Length + header.MetaLength, header.BlocksLength) is { } blocks
                ? new Frame(at, header, facts, meta.Slice(header.FactsLength, header.MarkLength).ToArray(), blocks)
                : null;
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException)
        {
            // The checksum fits, so these bytes were written like this: by something that is not this library.
            return null;
        }
    }

    private BlockEntry[]? TryReadDirectory(ReadOnlySpan<byte> directory, long offset, long blocksLength)
    {
        var count = BinaryPrimitives.ReadInt32LittleEndian(directory);
        directory = directory[sizeof(int)..];
        if (count < 0 || count > directory.Length / EntryLength) return null;
        var blocks = new BlockEntry[count];
        for (var i = 0; i < count; i++)
        {
            if (directory.Length < EntryLength) return null;
            var keyLength = BinaryPrimitives.ReadInt32LittleEndian(directory);
            var length = BinaryPrimitives.ReadInt32LittleEndian(directory[4..]);
            if (keyLength < 0 || keyLength > directory.Length - EntryLength || length < 0 || length > blocksLength) return null;
            blocks[i] = new BlockEntry(
                Share(StrictUtf8.GetString(directory.Slice(EntryLength, keyLength))),
                offset,
                length,
                BinaryPrimitives.ReadInt32LittleEndian(directory[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(directory[12..]),
                BinaryPrimitives.ReadInt64LittleEndian(directory[20..]));
            offset += length;
            blocksLength -= length;
            directory = directory[(EntryLength + keyLength)..];
        }

        return directory.IsEmpty && blocksLength == 0 ? blocks : null;
    }

    /// <summary>One string per series, not one per block.</summary>
    private string Share(string key)
    {
        if (_keys.TryGetValue(key, out var known)) return known;
        _keys.Add(key);
        return key;
    }

    /// <summary>Whether all that is left is what a killed write leaves: a beginning of the magic bytes, or zeros.</summary>
    private bool IsTornHeader(long rest)
    {
        if (rest < FrameHeader.Length)
        {
            var tail = Read(Position, (int)rest);
            var magic = FrameHeader.Magic;
            if (tail.StartsWith(magic[..Math.Min(tail.Length, magic.Length)])) return true;
        }

        for (var at = Position; at < end;)
        {
            var bytes = Read(at, (int)Math.Min(WindowLength, end - at));
            if (bytes.IsEmpty) break;
            if (bytes.ContainsAnyExcept((byte)0)) return false;
            at += bytes.Length;
        }

        return true;
    }

    /// <summary>Where the next header with a fitting checksum begins; the end if there is none.</summary>
    private long FindMagic(long from)
    {
        while (from < end)
        {
            var bytes = Read(from, (int)Math.Min(WindowLength, end - from));
            var found = bytes.IndexOf(FrameHeader.Magic);
            if (found < 0)
            {
                if (from + bytes.Length >= end) break;
                from += Math.Max(1, bytes.Length - FrameHeader.Magic.Length + 1);
                continue;
            }

            from += found;
            if (FrameHeader.TryRead(Read(from, FrameHeader.Length), out _)) return from;
            from++;
        }

        return end;
    }

    private ReadOnlySpan<byte> Read(long at, int length)
    {
        if (at < _windowOffset || at + length > _windowOffset + _windowLength)
        {
            if (_window.Length < Math.Max(length, WindowLength)) _window = new byte[Math.Max(length, WindowLength)];
            _windowOffset = at;
            _windowLength = StoreFiles.ReadFully(file, _window.AsSpan(0, (int)Math.Min(_window.Length, Math.Max(0, end - at))), at);
        }

        var start = (int)(at - _windowOffset);
        return _window.AsSpan(start, Math.Clamp(length, 0, _windowLength - start));
    }
}
