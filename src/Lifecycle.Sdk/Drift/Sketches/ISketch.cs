using System.Buffers;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// A summary of a stream in bounded memory that can be merged with the summary of another stream and moved between machines.
/// Merging is commutative and associative within the error bound of the sketch. No sketch is thread-safe: give each thread its own and
/// merge.
/// </summary>
/// <typeparam name="TSelf">The sketch itself.</typeparam>
public interface ISketch<TSelf>
    where TSelf : ISketch<TSelf>
{
    /// <summary>How many values were taken in, dropped NaN not counted.</summary>
    long Count { get; }

    /// <summary>Takes in what another sketch has seen; the other one is not changed.</summary>
    /// <param name="other">A sketch of the same parameters; may be this one, whose values then count twice.</param>
    /// <exception cref="ArgumentNullException">The other sketch is null.</exception>
    /// <exception cref="ArgumentException">The parameters differ in a way that forbids merging.</exception>
    void Merge(TSelf other);

    /// <summary>Writes the compact, versioned, checksummed binary form, the same on every platform.</summary>
    /// <param name="writer">Where the bytes go.</param>
    /// <exception cref="ArgumentNullException">The writer is null.</exception>
    void WriteTo(IBufferWriter<byte> writer);

    /// <summary>The bytes that <see cref="WriteTo"/> writes.</summary>
    byte[] ToArray();

    /// <summary>
    /// Restores a sketch from its binary form. Memory is bounded by a small multiple of the input's length plus the sketch's own fixed
    /// size.
    /// </summary>
    /// <param name="source">Exactly the bytes that were written: no more, no fewer.</param>
    /// <exception cref="InvalidDataException">
    /// The bytes are cut short, damaged, of another sketch, of an unknown version, or contradict themselves.
    /// </exception>
    static abstract TSelf Read(ReadOnlySpan<byte> source);
}
