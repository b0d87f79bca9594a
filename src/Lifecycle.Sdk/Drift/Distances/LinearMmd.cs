using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Linear-time estimate of the squared maximum mean discrepancy under the Gaussian kernel k(a, b) = exp(-‖a-b‖²/s), for streams: with
/// rows taken two by two from each side, MMD²ₗ is the mean of h = k(x₁,x₂) + k(y₁,y₂) - k(x₁,y₂) - k(x₂,y₁) (section 6 of Gretton et al.,
/// "A kernel two-sample test", Journal of Machine Learning Research 13, 2012). Unbiased; the terms are independent, so the mean divided
/// by its standard error is asymptotically standard normal without drift. Each pair of rows costs O(columns); memory is two rows.
/// </summary>
/// <remarks>Rows must come in random order. Not thread-safe.</remarks>
public sealed class LinearMmd
{
    private readonly double[] _firstReference;
    private readonly double[] _firstCurrent;
    private readonly double _scale;
    private bool _hasFirst;
    private long _terms;
    private double _mean;
    private double _squares;

    /// <summary>Starts an empty estimate.</summary>
    /// <param name="columns">Number of columns of a row, at least 1.</param>
    /// <param name="scale">The s of the kernel, positive; for example <see cref="MmdResult.Scale"/> of a small sample.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="columns"/> or <paramref name="scale"/> is out of range.</exception>
    public LinearMmd(int columns, double scale)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (!double.IsFinite(scale) || scale <= 0)
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "The scale of the kernel must be positive and finite.");
        _firstReference = new double[columns];
        _firstCurrent = new double[columns];
        _scale = scale;
    }

    /// <summary>The number of terms h that the estimate is the mean of: one for every two rows of each side.</summary>
    public long Terms => _terms;

    /// <summary>The estimate of MMD², which may be negative. NaN before the first term.</summary>
    public double Estimate => _terms == 0 ? double.NaN : _mean;

    /// <summary>The standard error of <see cref="Estimate"/>. NaN before the second term.</summary>
    public double StandardError => _terms < 2 ? double.NaN : Math.Sqrt(_squares / (_terms - 1) / _terms);

    /// <summary>
    /// The asymptotic one-sided p-value of no drift: the probability that a standard normal value is at least
    /// <see cref="Estimate"/>/<see cref="StandardError"/>. NaN before the second term and while the terms do not vary.
    /// </summary>
    public double PValue => StandardError > 0 ? Normal.Sf(_mean / StandardError) : double.NaN;

    /// <summary>Takes one row of each side. Allocates nothing.</summary>
    /// <param name="reference">A row of the reference, finite.</param>
    /// <param name="current">A row of the current sample, finite.</param>
    /// <exception cref="ArgumentException">A row has another number of columns, or a value that is not finite.</exception>
    public void Update(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        Check(reference, nameof(reference));
        Check(current, nameof(current));
        if (!_hasFirst)
        {
            reference.CopyTo(_firstReference);
            current.CopyTo(_firstCurrent);
            _hasFirst = true;
            return;
        }

        _hasFirst = false;
        var h = RbfKernel.Of(_firstReference, reference, _scale) + RbfKernel.Of(_firstCurrent, current, _scale)
            - RbfKernel.Of(_firstReference, current, _scale) - RbfKernel.Of(reference, _firstCurrent, _scale);
        _terms++;
        var delta = h - _mean;
        _mean += delta / _terms;
        _squares += delta * (h - _mean);
    }

    /// <summary>Takes as many rows as both tables have; further rows of the longer one are not used.</summary>
    /// <param name="reference">Finite values of the reference, row after row.</param>
    /// <param name="current">Finite values of the current sample, row after row.</param>
    /// <exception cref="ArgumentException">A table is not a whole number of rows, or holds a value that is not finite.</exception>
    public void UpdateMany(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        var columns = _firstReference.Length;
        CheckTable(reference, columns, nameof(reference));
        CheckTable(current, columns, nameof(current));
        var length = Math.Min(reference.Length, current.Length);
        for (var row = 0; row < length; row += columns) Update(reference.Slice(row, columns), current.Slice(row, columns));
    }

    private static void CheckTable(ReadOnlySpan<double> table, int columns, string name)
    {
        if (table.Length % columns != 0)
            throw new ArgumentException($"'{name}' has {table.Length} values, which is not a multiple of {columns} columns.", name);
        ColumnInput.RequireFinite(table, name);
    }

    private void Check(ReadOnlySpan<double> row, string name)
    {
        if (row.Length != _firstReference.Length)
            throw new ArgumentException($"A row has {_firstReference.Length} columns, but '{name}' has {row.Length}.", name);
        ColumnInput.RequireFinite(row, name);
    }
}
