using System.Buffers;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// A detector that watches a stream of numbers, one at a time, in memory that does not grow with the stream. Updates allocate nothing.
/// Implementations are not thread-safe: one detector belongs to one stream.
/// </summary>
public interface IDriftDetector
{
    /// <summary>What the last value led to; <see cref="DriftState.Stable"/> before the first.</summary>
    DriftState State { get; }

    /// <summary>Values taken since construction or <see cref="Reset"/>, also across detections. Dropped values do not count.</summary>
    long Count { get; }

    /// <summary>NaN left out under <see cref="NaNPolicy.Drop"/> since construction or <see cref="Reset"/>.</summary>
    long Dropped { get; }

    /// <summary>Takes the next value.</summary>
    /// <param name="value">The value; the detector's documentation says which are allowed.</param>
    /// <returns>The new <see cref="State"/>.</returns>
    /// <exception cref="ArgumentException">The value is NaN under <see cref="NaNPolicy.Refuse"/>. The detector is unchanged.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The value is outside of what the detector is defined for. The detector is unchanged.
    /// </exception>
    DriftState Update(double value);

    /// <summary>Forgets everything, as if newly constructed.</summary>
    void Reset();

    /// <summary>Writes the whole state, options included, in a compact versioned binary form that is the same on every platform.</summary>
    /// <param name="output">Where the bytes go.</param>
    /// <exception cref="ArgumentNullException"><paramref name="output"/> is null.</exception>
    void Save(IBufferWriter<byte> output);

    /// <summary>
    /// Takes over a saved state. From there on the detector behaves bit for bit as the saved one would have.
    /// </summary>
    /// <param name="saved">What <see cref="Save"/> wrote, nothing more and nothing less.</param>
    /// <exception cref="ArgumentException">
    /// The bytes are not a saved state, are damaged, are of a newer version, or belong to another kind of detector or to other options. The
    /// detector is unchanged.
    /// </exception>
    void Restore(ReadOnlySpan<byte> saved);
}
