using System.Buffers;
using System.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>The HyperLogLog sketch: how many distinct values a stream holds, in 2^p bytes.</summary>
/// <remarks>
/// <para>
/// Source: Flajolet, Fusy, Gandouet and Meunier, <em>HyperLogLog</em>, AofA 2007, with 64-bit hashes and the improved estimator of Ertl,
/// <em>New cardinality estimation algorithms for HyperLogLog sketches</em>, arXiv:1702.01284 (algorithm 6), which needs no bias table and
/// is as good for small counts as for large ones. Error: relative standard error <see cref="StandardError"/> = 1.04 / sqrt(2^p), so 1.6 %
/// for the default p of 12; within three of them 99.7 % of the time. A merge gives exactly the sketch of the union.
/// </para>
/// <para>
/// Doubles, 64-bit integers and strings are hashed differently: feed one sketch one type. Negative zero equals zero; infinities are
/// ordinary values. The hash is fixed, so an adversary who knows it can craft collisions. O(1) per value (O(length) for strings); not
/// thread-safe.
/// </para>
/// </remarks>
public sealed class HyperLogLog : NumericSketch, ISketch<HyperLogLog>
{
    /// <summary>The default precision, 4096 registers.</summary>
    public const int DefaultPrecision = 12;

    private const byte Version = 1;
    private const string Name = "HyperLogLog sketch";
    private const int MinimumPrecision = 4;
    private const int MaximumPrecision = 18;
    private const ulong HashSeed = 0;
    private const int RegisterBits = 6;

    private readonly byte[] _registers;

    /// <summary>An empty sketch.</summary>
    /// <param name="precision">p, from 4 to 18: 2^p registers of a byte each.</param>
    /// <param name="nanPolicy">What happens to NaN.</param>
    /// <exception cref="ArgumentOutOfRangeException">The precision or the policy is out of range.</exception>
    public HyperLogLog(int precision = DefaultPrecision, NaNPolicy nanPolicy = NaNPolicy.Refuse)
        : base(nanPolicy)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(precision, MinimumPrecision);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(precision, MaximumPrecision);
        Precision = precision;
        _registers = new byte[1 << precision];
    }

    /// <summary>p, the binary logarithm of the number of registers.</summary>
    public int Precision { get; }

    /// <summary>The relative standard error of the estimate.</summary>
    public double StandardError => 1.04 / Math.Sqrt(_registers.Length);

    /// <inheritdoc/>
    public long Count { get; private set; }

    /// <summary>Takes in a 64-bit integer.</summary>
    /// <param name="value">Any integer.</param>
    public void Update(long value)
    {
        Count++;
        AddHash(Hash64.Of((ulong)value, HashSeed));
    }

    /// <summary>Takes in a string, by its UTF-16 code units.</summary>
    /// <param name="value">Any string, empty included.</param>
    public void Update(ReadOnlySpan<char> value)
    {
        Count++;
        AddHash(Hash64.Of(value, HashSeed));
    }

    /// <summary>The estimated number of distinct values. O(2^p).</summary>
    public double EstimateDistinct()
    {
        // C[k] of the paper: how many registers hold k.
        int largest = 64 - Precision + 1;
        Span<int> multiplicity = stackalloc int[66];
        multiplicity.Clear();
        foreach (byte register in _registers) multiplicity[register]++;
        double m = _registers.Length;
        double z = m * Tau(1 - multiplicity[largest] / m);
        for (int k = largest - 1; k >= 1; k--) z = 0.5 * (z + multiplicity[k]);
        z += m * Sigma(multiplicity[0] / m);
        return m * m / (2 * Math.Log(2)) / z;
    }

    /// <inheritdoc/>
    public void Merge(HyperLogLog other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Precision != Precision)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"A sketch of precision {other.Precision} cannot be merged into one of {Precision}."),
                nameof(other));
        }
        for (int i = 0; i < _registers.Length; i++) _registers[i] = Math.Max(_registers[i], other._registers[i]);
        Count += other.Count;
        DroppedCount += other.DroppedCount;
    }

    /// <inheritdoc/>
    public void WriteTo(IBufferWriter<byte> writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(ToArray());
    }

    /// <inheritdoc/>
    public byte[] ToArray()
    {
        var writer = new SketchWriter(SketchKind.HyperLogLog, Version);
        writer.Policy(this);
        writer.Byte((byte)Precision);
        writer.Varint(Count);
        int used = _registers.Length - _registers.AsSpan().Count((byte)0);
        // Sparse, a register costs a gap and a value; dense, six bits.
        bool sparse = used * 2 < _registers.Length * RegisterBits / 8;
        writer.Byte(sparse ? (byte)1 : (byte)0);
        if (sparse) WriteSparse(writer, used);
        else WriteDense(writer);
        return writer.ToArray();
    }

    /// <inheritdoc/>
    public static HyperLogLog Read(ReadOnlySpan<byte> source)
    {
        var reader = new SketchReader(source, SketchKind.HyperLogLog, Version, Name);
        NaNPolicy policy = reader.Policy(out long dropped);
        byte precision = reader.Byte();
        reader.Require(precision is >= MinimumPrecision and <= MaximumPrecision, "the precision is out of range");
        var sketch = new HyperLogLog(precision, policy) { DroppedCount = dropped, Count = reader.Varint("the count", 0, long.MaxValue) };
        switch (reader.Byte())
        {
            case 0: sketch.ReadDense(ref reader); break;
            case 1: sketch.ReadSparse(ref reader); break;
            default: reader.Fail("the layout is neither dense nor sparse"); break;
        }
        reader.End();
        int largest = 64 - precision + 1;
        reader.Require(
            !sketch._registers.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)largest), "a register is larger than a hash allows");
        return sketch;
    }

    private protected override void Add(double value)
    {
        Count++;
        AddHash(Hash64.Of(value, HashSeed));
    }

    private protected override void AddRange(ReadOnlySpan<double> values)
    {
        foreach (double value in values) AddHash(Hash64.Of(value, HashSeed));
        Count += values.Length;
    }

    private void AddHash(ulong hash)
    {
        int register = (int)(hash >> (64 - Precision));
        // The bit below the hash's end stops the count of leading zeros at 64 - p.
        byte rank = (byte)(BitOperations.LeadingZeroCount((hash << Precision) | (1UL << (Precision - 1))) + 1);
        if (_registers[register] < rank) _registers[register] = rank;
    }

    private void WriteSparse(SketchWriter writer, int used)
    {
        writer.Varint(used);
        int previous = -1;
        for (int i = 0; i < _registers.Length; i++)
        {
            if (_registers[i] == 0) continue;
            writer.Varint(i - previous);
            writer.Byte(_registers[i]);
            previous = i;
        }
    }

    private void ReadSparse(ref SketchReader reader)
    {
        int used = reader.Size("the number of registers", _registers.Length, 2);
        long register = -1;
        for (int i = 0; i < used; i++)
        {
            register += reader.Varint("a gap", 1, _registers.Length);
            reader.Require(register < _registers.Length, "a register is out of range");
            _registers[register] = reader.Byte();
        }
    }

    private void WriteDense(SketchWriter writer)
    {
        for (int i = 0; i < _registers.Length; i += 4)
        {
            uint four = _registers[i] | (uint)_registers[i + 1] << 6 | (uint)_registers[i + 2] << 12 | (uint)_registers[i + 3] << 18;
            writer.Bytes([(byte)four, (byte)(four >> 8), (byte)(four >> 16)]);
        }
    }

    private void ReadDense(ref SketchReader reader)
    {
        for (int i = 0; i < _registers.Length; i += 4)
        {
            ReadOnlySpan<byte> three = reader.Take(3);
            uint four = three[0] | (uint)three[1] << 8 | (uint)three[2] << 16;
            for (int j = 0; j < 4; j++) _registers[i + j] = (byte)((four >> (RegisterBits * j)) & 0x3F);
        }
    }

    /// <summary>σ(x) = x + Σ x^(2^k) 2^(k-1), k ≥ 1: the weight of the empty registers.</summary>
    private static double Sigma(double x)
    {
        if (x == 1) return double.PositiveInfinity;
        double y = 1, z = x, before;
        do
        {
            x *= x;
            before = z;
            z += x * y;
            y += y;
        }
        while (z != before);
        return z;
    }

    /// <summary>τ(x) = (1 - x - Σ (1 - x^(2^-k))² 2^-k) / 3, k ≥ 1: the weight of the saturated registers.</summary>
    private static double Tau(double x)
    {
        if (x is 0 or 1) return 0;
        double y = 1, z = 1 - x, before;
        do
        {
            x = Math.Sqrt(x);
            before = z;
            y *= 0.5;
            z -= (1 - x) * (1 - x) * y;
        }
        while (z != before);
        return z / 3;
    }
}
