namespace Lifecycle.Sdk.Drift;

/// <summary>
/// How counts become shares when a bin is empty. The population stability index has a logarithm of the ratio of shares, so one empty
/// bin makes it infinite; a rule puts a small share in its place.
/// </summary>
/// <remarks>The default value of the type is <see cref="None"/>.</remarks>
public readonly record struct ZeroRule
{
    private enum Kind
    {
        None,
        Replace,
        Adaptive,
        Laplace,
    }

    private readonly Kind _kind;
    private readonly double _epsilon;

    private ZeroRule(Kind kind, double epsilon)
    {
        if (!double.IsFinite(epsilon) || epsilon <= 0)
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "Epsilon must be positive and finite.");
        _kind = kind;
        _epsilon = epsilon;
    }

    /// <summary>
    /// Shares as they are: a bin that is empty on one side only gives an infinite index, one that is empty on both contributes 0.
    /// </summary>
    public static ZeroRule None => default;

    /// <summary>A share of 0 becomes <paramref name="epsilon"/>; the other shares are not changed, so the sum exceeds 1 a little.</summary>
    /// <param name="epsilon">The share of an empty bin, positive. Default 0.0001.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is not positive and finite.</exception>
    public static ZeroRule Replace(double epsilon = 1e-4) => new(Kind.Replace, epsilon);

    /// <summary>
    /// A share of 0 becomes <paramref name="epsilon"/>, or a millionth of the smallest share that is not 0 when that one is not above
    /// <paramref name="epsilon"/>, so that an empty bin never outweighs a filled one. This is what the Python library Evidently does.
    /// </summary>
    /// <param name="epsilon">The share of an empty bin, positive. Default 0.0001.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is not positive and finite.</exception>
    public static ZeroRule Adaptive(double epsilon = 1e-4) => new(Kind.Adaptive, epsilon);

    /// <summary>Additive smoothing: share = (count + epsilon) / (n + epsilon · bins), for every bin.</summary>
    /// <param name="epsilon">What is added to every count, positive. Default ½ (the Jeffreys prior).</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is not positive and finite.</exception>
    public static ZeroRule Laplace(double epsilon = 0.5) => new(Kind.Laplace, epsilon);

    /// <inheritdoc/>
    public override string ToString() =>
        _kind == Kind.None ? nameof(None) : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{_kind}({_epsilon:R})");

    /// <summary>Shares of checked counts whose sum is <paramref name="total"/>.</summary>
    internal double[] Shares(ReadOnlySpan<double> counts, double total)
    {
        var shares = new double[counts.Length];
        if (_kind == Kind.Laplace)
        {
            var denominator = total + (_epsilon * counts.Length);
            for (var i = 0; i < shares.Length; i++) shares[i] = (counts[i] + _epsilon) / denominator;
            return shares;
        }

        for (var i = 0; i < shares.Length; i++) shares[i] = counts[i] / total;
        if (_kind != Kind.None) shares.AsSpan().Replace(0.0, ShareOfEmpty(shares));
        return shares;
    }

    private double ShareOfEmpty(ReadOnlySpan<double> shares)
    {
        if (_kind != Kind.Adaptive) return _epsilon;
        var smallest = double.PositiveInfinity;
        foreach (var share in shares)
        {
            if (share > 0) smallest = Math.Min(smallest, share);
        }

        return smallest <= _epsilon ? smallest / 1e6 : _epsilon;
    }
}
