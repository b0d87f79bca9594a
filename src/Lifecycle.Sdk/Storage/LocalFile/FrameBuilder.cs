using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>Builds one frame after the other in memory; not for several threads.</summary>
internal sealed class FrameBuilder
{
    private readonly ArrayBufferWriter<byte> _directory = new();
    private readonly ArrayBufferWriter<byte> _blocks = new();
    private byte[] _frame = [];
    private int _count;

    /// <summary>How many bytes of blocks have been added.</summary>
    public int BlocksLength => _blocks.WrittenCount;

    public void Clear()
    {
        _directory.ResetWrittenCount();
        _blocks.ResetWrittenCount();
        _count = 0;
    }

    /// <summary>Adds points of one series, in as many blocks as needed.</summary>
    public void Add(string key, ReadOnlySpan<long> steps, ReadOnlySpan<long> timestamps, ReadOnlySpan<double> values)
    {
        for (var at = 0; at < steps.Length; at += PointCodec.MaxCount)
        {
            var length = Math.Min(steps.Length - at, PointCodec.MaxCount);
            var before = _blocks.WrittenCount;
            PointCodec.Encode(steps.Slice(at, length), timestamps.Slice(at, length), values.Slice(at, length), _blocks);
            AddEntry(key, _blocks.WrittenCount - before, length, steps.Slice(at, length));
        }
    }

    /// <summary>Puts the frame together. The memory is valid until the next call of any member.</summary>
    /// <exception cref="LifecycleException">The batch is too large for one frame.</exception>
    public ReadOnlyMemory<byte> Build(FrameHeader header, ReadOnlySpan<byte> facts, ReadOnlySpan<byte> mark)
    {
        var metaLength = (long)facts.Length + mark.Length + sizeof(int) + _directory.WrittenCount;
        var total = FrameHeader.Length + metaLength + _blocks.WrittenCount;
        if (total > Array.MaxLength) throw new LifecycleException($"A batch of {total} bytes does not fit into one frame: cut smaller batches.");
        if (_frame.Length < total) _frame = new byte[Math.Max(total, Math.Min(Array.MaxLength, 2L * _frame.Length))];
        var meta = _frame.AsSpan(FrameHeader.Length, (int)metaLength);
        facts.CopyTo(meta);
        mark.CopyTo(meta[facts.Length..]);
        BinaryPrimitives.WriteInt32LittleEndian(meta[(facts.Length + mark.Length)..], _count);
        _directory.WrittenSpan.CopyTo(meta[(facts.Length + mark.Length + sizeof(int))..]);
        _blocks.WrittenSpan.CopyTo(_frame.AsSpan(FrameHeader.Length + meta.Length));
        header = header with
        {
            MetaLength = meta.Length,
            BlocksLength = _blocks.WrittenCount,
            MetaChecksum = Crc32C.Compute(meta),
            FactsLength = facts.Length,
            MarkLength = mark.Length,
        };
        header.Write(_frame);
        return _frame.AsMemory(0, (int)total);
    }

    private void AddEntry(string key, int blockLength, int count, ReadOnlySpan<long> steps)
    {
        long min = long.MaxValue, max = long.MinValue;
        foreach (var step in steps)
        {
            min = Math.Min(min, step);
            max = Math.Max(max, step);
        }

        var keyLength = Encoding.UTF8.GetByteCount(key);
        var entry = _directory.GetSpan(FrameReader.EntryLength + keyLength);
        BinaryPrimitives.WriteInt32LittleEndian(entry, keyLength);
        BinaryPrimitives.WriteInt32LittleEndian(entry[4..], blockLength);
        BinaryPrimitives.WriteInt32LittleEndian(entry[8..], count);
        BinaryPrimitives.WriteInt64LittleEndian(entry[12..], min);
        BinaryPrimitives.WriteInt64LittleEndian(entry[20..], max);
        Encoding.UTF8.GetBytes(key, entry[FrameReader.EntryLength..]);
        _directory.Advance(FrameReader.EntryLength + keyLength);
        _count++;
    }
}
