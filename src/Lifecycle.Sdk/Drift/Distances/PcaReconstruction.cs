using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Reconstruction error on the principal axes of a reference: rows are standardised by mean and population standard deviation of the
/// reference (a constant column by 1), projected on the first axes and back, and the error is the mean Euclidean length of what is
/// lost. A joint shift that no single column shows moves rows off the axes and raises the error. In reference standard deviations, from
/// 0 without upper limit. Source of the axes: Jolliffe, "Principal Component Analysis", 2nd edition 2002.
/// </summary>
/// <remarks>Instances hold columns² + 2·columns numbers and no rows; they are immutable and may be shared between threads.</remarks>
public sealed class PcaReconstruction
{
    private readonly double[] _means;
    private readonly double[] _scales;
    private readonly double[] _axes;

    private PcaReconstruction(
        double[] means, double[] scales, double[] axes, double[] eigenvalues, int components,
        double referenceError, long rows, long dropped)
    {
        _means = means;
        _scales = scales;
        _axes = axes;
        Eigenvalues = ImmutableCollectionsMarshal.AsImmutableArray(eigenvalues);
        Components = components;
        ReferenceError = referenceError;
        ReferenceCount = rows;
        ReferenceDropped = dropped;
    }

    /// <summary>The number of columns of a row.</summary>
    public int Columns => _means.Length;

    /// <summary>The number of axes that rows are projected on.</summary>
    public int Components { get; }

    /// <summary>
    /// Variances along all axes in decreasing order: eigenvalues of the correlation matrix of the reference, with population divisor.
    /// </summary>
    public ImmutableArray<double> Eigenvalues { get; }

    /// <summary>The mean error of the reference's own rows.</summary>
    public double ReferenceError { get; }

    /// <summary>Rows of the reference that took part.</summary>
    public long ReferenceCount { get; }

    /// <summary>Rows of the reference left out because of NaN.</summary>
    public long ReferenceDropped { get; }

    /// <summary>Finds the axes of a reference. O(rows · columns² + columns³).</summary>
    /// <param name="reference">Finite values, row after row; at least one row.</param>
    /// <param name="columns">Number of columns, at least 1.</param>
    /// <param name="components">Number of axes to keep, from 1 to <paramref name="columns"/>.</param>
    /// <param name="nanPolicy">What to do with rows that hold NaN. The default refuses them.</param>
    /// <exception cref="ArgumentException">The table is empty or ragged, or holds an infinity or a NaN that is refused.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="columns"/> or <paramref name="components"/> is out of range.
    /// </exception>
    public static PcaReconstruction Fit(ReadOnlySpan<double> reference, int columns, int components, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(components, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(components, columns);
        var rows = RowMatrix.CompleteRows(reference, columns, nanPolicy, nameof(reference), out var dropped);
        var (means, scales) = Standards(rows, columns);
        var (eigenvalues, axes) = SymmetricEigen.Decompose(Correlation(rows, means, scales), columns);
        axes = axes[..(components * columns)];
        var error = MeanResidual(rows, means, scales, axes);
        return new PcaReconstruction(means, scales, axes, eigenvalues, components, error, rows.Length / columns, dropped);
    }

    /// <summary>The mean error of other rows. O(rows · columns · components).</summary>
    /// <param name="current">Finite values, row after row, with the columns of the reference; at least one row.</param>
    /// <param name="nanPolicy">What to do with rows that hold NaN. The default refuses them.</param>
    /// <exception cref="ArgumentException">The table is empty or ragged, or holds an infinity or a NaN that is refused.</exception>
    public DistanceResult Error(ReadOnlySpan<double> current, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        var rows = RowMatrix.CompleteRows(current, Columns, nanPolicy, nameof(current), out var dropped);
        var error = MeanResidual(rows, _means, _scales, _axes);
        return new DistanceResult(error, ReferenceCount, rows.Length / Columns, ReferenceDropped, dropped);
    }

    private static (double[] Means, double[] Scales) Standards(ReadOnlySpan<double> rows, int columns)
    {
        double[] means = new double[columns], scales = new double[columns], column = new double[rows.Length / columns];
        for (var c = 0; c < columns; c++)
        {
            for (var r = 0; r < column.Length; r++) column[r] = rows[(r * columns) + c];
            means[c] = PopulationMoments.Mean(column);
            var deviation = PopulationMoments.PopulationDeviation(column);
            scales[c] = deviation == 0 ? 1 : deviation;
        }

        return (means, scales);
    }

    private static double[] Correlation(ReadOnlySpan<double> rows, double[] means, double[] scales)
    {
        var columns = means.Length;
        var sums = new double[columns * columns];
        var z = new double[columns];
        for (var at = 0; at < rows.Length; at += columns)
        {
            Standardise(rows.Slice(at, columns), means, scales, z);
            for (var i = 0; i < columns; i++)
            {
                for (var j = i; j < columns; j++) sums[(i * columns) + j] += z[i] * z[j];
            }
        }

        var count = rows.Length / columns;
        for (var i = 0; i < columns; i++)
        {
            for (var j = i; j < columns; j++) sums[(j * columns) + i] = sums[(i * columns) + j] /= count;
        }

        return sums;
    }

    private static double MeanResidual(ReadOnlySpan<double> rows, double[] means, double[] scales, double[] axes)
    {
        var columns = means.Length;
        var z = new double[columns];
        var sum = 0.0;
        for (var at = 0; at < rows.Length; at += columns)
        {
            Standardise(rows.Slice(at, columns), means, scales, z);
            // Axes are orthonormal, so taking the projections away one after another is the same as all at once.
            for (var axis = 0; axis < axes.Length; axis += columns)
            {
                var along = 0.0;
                for (var c = 0; c < columns; c++) along += z[c] * axes[axis + c];
                for (var c = 0; c < columns; c++) z[c] -= along * axes[axis + c];
            }

            var squares = 0.0;
            foreach (var lost in z) squares += lost * lost;
            sum += Math.Sqrt(squares);
        }

        return sum / (rows.Length / columns);
    }

    private static void Standardise(ReadOnlySpan<double> row, double[] means, double[] scales, double[] z)
    {
        for (var c = 0; c < z.Length; c++) z[c] = (row[c] - means[c]) / scales[c];
    }
}
