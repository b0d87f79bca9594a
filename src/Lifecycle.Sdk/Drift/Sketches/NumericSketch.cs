using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>A sketch of a stream of doubles: the part that all of them share, which is what happens to NaN.</summary>
public abstract class NumericSketch
{
    private protected NumericSketch(NaNPolicy nanPolicy)
    {
        if (nanPolicy is not (NaNPolicy.Refuse or NaNPolicy.Drop))
        {
            throw new ArgumentOutOfRangeException(nameof(nanPolicy), nanPolicy, "The policy is neither Refuse nor Drop.");
        }
        NaNPolicy = nanPolicy;
    }

    /// <summary>What happens to NaN.</summary>
    /// <value>The default is <see cref="NaNPolicy.Refuse"/>.</value>
    public NaNPolicy NaNPolicy { get; }

    /// <summary>
    /// How many NaN were dropped; 0 under <see cref="NaNPolicy.Refuse"/> unless a sketch that dropped some was merged in.
    /// </summary>
    public long DroppedCount { get; private protected set; }

    /// <summary>
    /// Takes in one value. Amortised constant time (logarithmic where the sketch says so), no allocation in steady state.
    /// </summary>
    /// <param name="value">Any double; see <see cref="NaNPolicy"/> for NaN and the sketch for infinities.</param>
    /// <exception cref="ArgumentException">The value is NaN and the policy is <see cref="NaNPolicy.Refuse"/>.</exception>
    public void Update(double value)
    {
        if (!double.IsNaN(value)) Add(value);
        else if (NaNPolicy == NaNPolicy.Drop) DroppedCount++;
        else
        {
            throw new ArgumentException(
                "The value is NaN, which the policy of this sketch refuses; NaNPolicy.Drop leaves it out.", nameof(value));
        }
    }

    /// <summary>Takes in many values; the result is that of one call per value, faster.</summary>
    /// <param name="values">Any doubles; see <see cref="NaNPolicy"/> for NaN and the sketch for infinities.</param>
    /// <exception cref="ArgumentException">
    /// A value is NaN and the policy is <see cref="NaNPolicy.Refuse"/>; the sketch is then unchanged.
    /// </exception>
    public void Update(ReadOnlySpan<double> values)
    {
        int nan = ColumnInput.IndexOfNaN(values);
        if (nan >= 0 && NaNPolicy == NaNPolicy.Refuse)
        {
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"values[{nan}] is NaN, which the policy of this sketch refuses; NaNPolicy.Drop leaves it out."),
                nameof(values));
        }
        while (nan >= 0)
        {
            if (nan > 0) AddRange(values[..nan]);
            DroppedCount++;
            values = values[(nan + 1)..];
            nan = ColumnInput.IndexOfNaN(values);
        }
        if (!values.IsEmpty) AddRange(values);
    }

    /// <summary>Takes in a value that is not NaN.</summary>
    private protected abstract void Add(double value);

    /// <summary>Takes in a non-empty run without NaN.</summary>
    private protected abstract void AddRange(ReadOnlySpan<double> values);
}
