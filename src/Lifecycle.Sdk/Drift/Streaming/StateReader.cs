using System.Buffers.Binary;

namespace Lifecycle.Sdk.Drift;

/// <summary>Reads the body of a saved detector and refuses what a detector cannot have written.</summary>
internal ref struct StateReader(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> _rest = body;

    public ReadOnlySpan<byte> ReadBytes(int length)
    {
        SavedState.Require(length <= _rest.Length, "it ends too early");
        var bytes = _rest[..length];
        _rest = _rest[length..];
        return bytes;
    }

    public byte ReadByte() => ReadBytes(1)[0];

    public long ReadInteger() => BinaryPrimitives.ReadInt64LittleEndian(ReadBytes(sizeof(long)));

    /// <summary>A number of things: not negative.</summary>
    public long ReadCount()
    {
        var count = ReadInteger();
        SavedState.Require(count >= 0, "a count in it is negative");
        return count;
    }

    /// <summary>A number of things that is at most <paramref name="most"/>.</summary>
    public int ReadCount(int most)
    {
        var count = ReadInteger();
        SavedState.Require(count >= 0 && count <= most, "a count in it is out of range");
        return (int)count;
    }

    /// <summary>Any double but NaN, which no detector ever holds.</summary>
    public double ReadNumber()
    {
        var value = BitConverter.Int64BitsToDouble(ReadInteger());
        SavedState.Require(!double.IsNaN(value), "a number in it is NaN");
        return value;
    }

    public void ReadNumbers(Span<double> target)
    {
        foreach (ref var value in target) value = ReadNumber();
    }

    public readonly void RequireEnd() => SavedState.Require(_rest.IsEmpty, "it has bytes left over");
}
