using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lifecycle.Sdk.Numerics;

/// <summary>
/// Counts strings. Most are answered by a small cache, addressed by length, first and last characters and compared by reference, then by
/// content; a place belongs to the first string that came. The others go to a table with open addressing under a hash that is seeded per
/// process, so nobody can prepare a column that collides.
/// </summary>
internal sealed class CategoryCounter
{
    private const int InitialSlots = 1_024;
    private const int CacheBits = 10;
    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64() | 1;

    private readonly Cached[] _cache = new Cached[1 << CacheBits];
    private Slot[] _slots = new Slot[InitialSlots];
    private int _distinct;

    /// <summary>The number of missing values that were left out.</summary>
    public long Missing { get; private set; }

    /// <summary>The categories with their counts, in no particular order.</summary>
    public IEnumerable<(string Category, long Count)> Counts =>
        _cache.Where(place => place.Category is not null).Select(place => (place.Category!, place.Count))
            .Concat(_slots.Where(slot => slot.Category is not null).Select(slot => (slot.Category!, slot.Count)));

    /// <exception cref="ArgumentException">No value (left), or a missing one under <see cref="NaNPolicy.Refuse"/>.</exception>
    public static CategoryCounter Count(ReadOnlySpan<string?> values, NaNPolicy policy, string name)
    {
        if (policy is not (NaNPolicy.Refuse or NaNPolicy.Drop))
            throw new ArgumentOutOfRangeException(nameof(policy), policy, "The policy is either Refuse or Drop.");
        if (values.IsEmpty)
            throw new ArgumentException($"'{name}' is empty; this statistic needs at least one value.", name);
        var counter = new CategoryCounter();
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is { } value)
                counter.Add(value);
            else if (policy == NaNPolicy.Refuse)
                throw Refused(name, i);
            else
                counter.Missing++;
        }

        if (counter.Missing == values.Length)
            throw new ArgumentException($"'{name}' holds nothing but missing values.", name);
        return counter;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(string value)
    {
        ref var place = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_cache), (nint)CacheIndex(value));
        if (ReferenceEquals(place.Category, value) || string.Equals(place.Category, value))
            place.Count++;
        else if (place.Category is null)
            place = new Cached { Category = value, Count = 1 };
        else
            AddToTable(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint CacheIndex(string value)
    {
        // Reads two characters at either end; the terminating zero makes that safe from one character on, and for none both are zero.
        ref var first = ref MemoryMarshal.GetReference(value.AsSpan());
        var length = (uint)value.Length;
        var head = length == 0 ? 0 : Unsafe.ReadUnaligned<uint>(ref Unsafe.As<char, byte>(ref first));
        var tail = length < 2 ? head : Unsafe.ReadUnaligned<uint>(ref Unsafe.As<char, byte>(ref Unsafe.Add(ref first, (nint)length - 2)));
        return (((tail * 0x9E3779B1) ^ (head * 0x85EBCA77)) + (length * 0xC2B2AE3D)) >> (32 - CacheBits);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddToTable(string value)
    {
        var hash = Hash(value);
        var mask = _slots.Length - 1;
        for (var i = (int)(hash & (ulong)mask); ; i = (i + 1) & mask)
        {
            ref var slot = ref _slots[i];
            if (slot.Category is null)
            {
                slot = new Slot { Category = value, Hash = hash, Count = 1 };
                // Half full at most, so that probing stays short.
                if (++_distinct * 2 > _slots.Length)
                    Grow();
                return;
            }

            if (ReferenceEquals(slot.Category, value) || (slot.Hash == hash && slot.Category == value))
            {
                slot.Count++;
                return;
            }
        }
    }

    private static ArgumentException Refused(string name, int position) => new(
        $"'{name}' holds a missing value at position {position}; drop it beforehand or pass {nameof(NaNPolicy)}.{nameof(NaNPolicy.Drop)}.",
        name);

    private void Grow()
    {
        var old = _slots;
        _slots = new Slot[old.Length * 2];
        var mask = _slots.Length - 1;
        foreach (var slot in old)
        {
            if (slot.Category is null)
                continue;
            var i = (int)(slot.Hash & (ulong)mask);
            while (_slots[i].Category is not null)
                i = (i + 1) & mask;
            _slots[i] = slot;
        }
    }

    // Multiply and fold over blocks of 8 bytes, in the manner of wyhash: the high half of the product is mixed in, so every bit counts.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Hash(string value)
    {
        var hash = Seed ^ ((ulong)value.Length * 0x9E3779B97F4A7C15);
        ref var bytes = ref Unsafe.As<char, byte>(ref MemoryMarshal.GetReference(value.AsSpan()));
        var length = value.Length * sizeof(char);
        var i = 0;
        for (; i + 8 <= length; i += 8)
            hash = Fold(hash ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, i)));
        if (i < length)
        {
            ulong rest = 0;
            for (; i < length; i += sizeof(char))
                rest = (rest << 16) | Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref bytes, i));
            hash = Fold(hash ^ rest);
        }

        return hash;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong value)
    {
        var high = Math.BigMul(value, 0xA0761D6478BD642F, out ulong low);
        return high ^ low;
    }

    private struct Cached
    {
        public string? Category;
        public long Count;
    }

    private struct Slot
    {
        public string? Category;
        public ulong Hash;
        public long Count;
    }
}
