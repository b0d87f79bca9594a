using CsCheck;
using Lifecycle.Sdk.Drift;
using Xunit;

namespace Lifecycle.Sdk.Tests.Drift.Distances;

public sealed class PcaReconstructionTests
{
    [Fact]
    public void Eigenvectors_are_orthonormal_and_stretched_by_their_eigenvalues() =>
        Gen.Select(Gen.Int[1, 9], Gen.ULong, Gen.Int[-100, 100]).Sample((size, seed, exponent) =>
        {
            var entries = Array.ConvertAll(Samples.Normal(size * size, seed), v => Math.ScaleB(v, exponent));
            for (var i = 0; i < size; i++)
            {
                for (var j = 0; j < i; j++) entries[(i * size) + j] = entries[(j * size) + i];
            }

            var norm = entries.Sum(Math.Abs);
            var (values, vectors) = SymmetricEigen.Decompose([.. entries], size);

            Assert.Equal(values.OrderDescending(), values);
            for (var a = 0; a < size; a++)
            {
                var v = vectors.AsSpan(a * size, size).ToArray();
                for (var i = 0; i < size; i++)
                {
                    var stretched = 0.0;
                    for (var j = 0; j < size; j++) stretched += entries[(i * size) + j] * v[j];
                    Assert.InRange(stretched - (values[a] * v[i]), -1e-13 * norm, 1e-13 * norm);
                }

                for (var b = 0; b < size; b++)
                {
                    var dot = v.Zip(vectors[(b * size)..((b + 1) * size)], (p, q) => p * q).Sum();
                    Assert.Equal(a == b ? 1 : 0, dot, 1e-13);
                }
            }
        });

    [Fact]
    public void All_axes_lose_nothing_and_rows_off_the_axes_lose_their_distance()
    {
        // Two columns that always agree: the first axis is the diagonal, and a row (1, -1) in standard units is √2 away from it.
        double[] reference = [1, 10, -1, -10, 1, 10, -1, -10];

        var fit = PcaReconstruction.Fit(reference, 2, 1);

        Assert.Equal(2, fit.Eigenvalues[0], 1e-14);
        Assert.Equal(0, fit.Eigenvalues[1], 1e-14);
        Assert.Equal(0, fit.ReferenceError, 1e-14);
        Samples.Close(Math.Sqrt(2), fit.Error([1, -10, -1, 10]).Value);
        Assert.Equal(0, PcaReconstruction.Fit(Samples.Normal(300, 1), 3, 3).Error(Samples.Normal(30, 2)).Value, 1e-13);
    }

    [Fact]
    public void A_broken_correlation_raises_the_error_though_no_column_changes()
    {
        double[] a = Samples.Normal(2000, 1), b = Samples.Normal(2000, 2);
        double[] together = [.. a.SelectMany((v, i) => (double[])[v, v + (0.1 * b[i])])];
        double[] apart = [.. a.SelectMany((v, i) => (double[])[v, b[i]])];
        var fit = PcaReconstruction.Fit(together, 2, 1);

        Assert.True(fit.Error(apart).Value > 5 * fit.ReferenceError);
        Samples.Close(fit.ReferenceError, fit.Error(together).Value);
    }

    [Fact]
    public void A_constant_column_is_left_unscaled()
    {
        var fit = PcaReconstruction.Fit([1, 7, 2, 7, 3, 7], 2, 1);

        Assert.Equal(0, fit.ReferenceError, 1e-14);
        Samples.Close(3, fit.Error([2, 10]).Value);
    }

    [Fact]
    public void Bad_tables_are_refused_and_incomplete_rows_dropped_when_asked()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PcaReconstruction.Fit([1, 2], 2, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => PcaReconstruction.Fit([1, 2], 0, 1));
        Assert.Throws<ArgumentException>(() => PcaReconstruction.Fit([1, 2, 3], 2, 1));
        Assert.Throws<ArgumentException>(() => PcaReconstruction.Fit([], 2, 1));
        Assert.Throws<ArgumentException>(() => PcaReconstruction.Fit([1, double.PositiveInfinity], 2, 1));
        Assert.Throws<ArgumentException>(() => PcaReconstruction.Fit([1, double.NaN], 2, 1));
        var fit = PcaReconstruction.Fit([1, 2, double.NaN, 4, 5, 7], 2, 1, NaNPolicy.Drop);
        Assert.Equal((2, 1), (fit.ReferenceCount, fit.ReferenceDropped));
        Assert.Throws<ArgumentException>(() => fit.Error([1, double.NaN]));
        Assert.Throws<ArgumentException>(() => fit.Error([1]));
    }
}
