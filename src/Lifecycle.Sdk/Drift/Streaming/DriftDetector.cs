using System.Buffers;
using System.Runtime.CompilerServices;

namespace Lifecycle.Sdk.Drift;

/// <summary>What all streaming detectors share: the NaN policy, the counters, and the frame around a saved state.</summary>
/// <remarks>Not thread-safe: one detector belongs to one stream.</remarks>
public abstract class DriftDetector : IDriftDetector
{
    /// <summary>Squares of values up to here, and sums of 1e7 of them, stay in the range of a double.</summary>
    private const double LargestMagnitude = 1e150;

    private readonly bool _dropsNaN;

    private protected DriftDetector(NaNPolicy nanPolicy)
    {
        if (nanPolicy is not (NaNPolicy.Refuse or NaNPolicy.Drop))
            throw new ArgumentOutOfRangeException(nameof(nanPolicy), nanPolicy, "The NaN policy is either Refuse or Drop.");
        _dropsNaN = nanPolicy == NaNPolicy.Drop;
    }

    /// <inheritdoc/>
    public DriftState State { get; private set; }

    /// <inheritdoc/>
    public long Count { get; private set; }

    /// <inheritdoc/>
    public long Dropped { get; private set; }

    /// <summary>Tells saved states of different detectors apart; never reused.</summary>
    private protected abstract DetectorKind Kind { get; }

    /// <inheritdoc/>
    public DriftState Update(double value)
    {
        if (double.IsNaN(value)) return SkipNaN(value);
        var state = Step(value, Count + 1);
        Count++;
        return State = state;
    }

    /// <inheritdoc/>
    public void Reset()
    {
        Clear();
        (State, Count, Dropped) = (DriftState.Stable, 0, 0);
    }

    /// <inheritdoc/>
    public void Save(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var writer = new StateWriter();
        writer.Write((byte)Kind);
        WriteOptions(writer);
        writer.Write((byte)State);
        writer.Write(Count);
        writer.Write(Dropped);
        WriteState(writer);
        SavedState.Seal(writer.Written, output);
    }

    /// <inheritdoc/>
    public void Restore(ReadOnlySpan<byte> saved)
    {
        var reader = new StateReader(SavedState.Open(saved));
        RequireSameOptions(ref reader);
        var state = (DriftState)reader.ReadByte();
        SavedState.Require(state is DriftState.Stable or DriftState.Warning or DriftState.Drift, "it holds an unknown drift state");
        var count = reader.ReadCount();
        var dropped = reader.ReadCount();
        // Reading commits only at its end, so a state that is refused leaves the detector as it was.
        ReadState(ref reader);
        (State, Count, Dropped) = (state, count, dropped);
    }

    /// <summary>Takes one value, which is not NaN, as number <paramref name="count"/> of the stream.</summary>
    private protected abstract DriftState Step(double value, long count);

    private protected abstract void Clear();

    private protected abstract void WriteOptions(StateWriter writer);

    private protected abstract void WriteState(StateWriter writer);

    /// <summary>Reads the whole state, calls <see cref="StateReader.RequireEnd"/>, and only then changes the detector.</summary>
    private protected abstract void ReadState(ref StateReader reader);

    /// <summary>For detectors that add values and squares up: refuses infinities and what would lead to them.</summary>
    private protected static void RequireInRange(double value)
    {
        if (!(Math.Abs(value) <= LargestMagnitude)) ThrowOutOfRange(value);
    }

    private void RequireSameOptions(ref StateReader reader)
    {
        SavedState.Require((DetectorKind)reader.ReadByte() == Kind, $"it belongs to another kind of detector than {GetType().Name}");
        var options = new StateWriter();
        WriteOptions(options);
        SavedState.Require(
            reader.ReadBytes(options.Written.Length).SequenceEqual(options.Written),
            "it was saved with other options; construct the detector with those");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private DriftState SkipNaN(double value)
    {
        if (!_dropsNaN)
            throw new ArgumentException(
                $"The value is {value}; leave it out beforehand or set {nameof(NaNPolicy)}.{nameof(NaNPolicy.Drop)}.", nameof(value));
        Dropped++;
        return State;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowOutOfRange(double value) =>
        throw new ArgumentOutOfRangeException(nameof(value), value, "This detector takes finite values of at most 1e150 in magnitude.");
}

/// <summary>The kinds of saved states. The numbers are part of the format.</summary>
internal enum DetectorKind : byte
{
    Adwin = 1,
    PageHinkley = 2,
    Ddm = 3,
    Eddm = 4,
    HddmA = 5,
    HddmW = 6,
    Kswin = 7,
    Cusum = 8,
}
