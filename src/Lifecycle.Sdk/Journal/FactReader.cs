using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Sdk.Journal;

/// <summary>Takes a record as it is read.</summary>
/// <param name="record">The record.</param>
/// <param name="payload">Its payload, valid during the call.</param>
/// <param name="end">Where it ends in the file.</param>
/// <returns>False to stop before this record.</returns>
internal delegate bool FactVisitor(FactFrame record, ReadOnlySpan<byte> payload, long end);

/// <summary>Reads a fact log from any offset on; after damage it goes on with the next valid record.</summary>
internal sealed class FactReader(uint seed)
{
    private const int FirstRead = 64 << 10;
    private byte[] _buffer = [];

    /// <summary>Visits the records between two offsets.</summary>
    /// <returns>How many damaged stretches were skipped; a torn record at the very end is none.</returns>
    public int Read(SafeFileHandle file, long offset, long end, FactVisitor visit)
    {
        var damaged = 0;
        var inDamage = false;
        var wanted = FirstRead;
        while (offset < end)
        {
            var bytes = Fill(file, offset, (int)Math.Min(wanted, end - offset));
            if (bytes.IsEmpty) break;
            var used = 0;
            var needed = 0;
            while (used < bytes.Length)
            {
                var length = FactFrame.TryParse(seed, bytes[used..], out var record);
                if (length > 0)
                {
                    if (inDamage) damaged++;
                    inDamage = false;
                    if (!visit(record, bytes[used..][record.Payload], offset + used + length)) return damaged;
                    used += length;
                    continue;
                }

                // A record that the file could still hold is worth another read; one that it can't is skipped like any damage.
                if (length < 0 && offset + used - length <= end)
                {
                    needed = -length;
                    break;
                }

                inDamage = true;
                used++;
            }

            // What the file does not give although it should be there has been cut off meanwhile.
            if (needed > 0 && used == 0 && bytes.Length < needed && bytes.Length < Math.Min(wanted, end - offset)) break;
            offset += used;
            wanted = Math.Max(FirstRead, needed);
        }

        return damaged;
    }

    private ReadOnlySpan<byte> Fill(SafeFileHandle file, long offset, int count)
    {
        if (_buffer.Length < count) _buffer = new byte[count];
        var read = 0;
        while (read < count)
        {
            var got = RandomAccess.Read(file, _buffer.AsSpan(read, count - read), offset + read);
            if (got == 0) break;
            read += got;
        }

        return _buffer.AsSpan(0, read);
    }
}
