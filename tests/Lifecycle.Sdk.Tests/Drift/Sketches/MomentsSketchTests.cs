using CsCheck;
using Lifecycle.Sdk.Drift;
using Xunit;

namespace Lifecycle.Sdk.Tests.Drift.Sketches;

public sealed class MomentsSketchTests
{
    [Fact]
    public void Known_values_give_known_moments()
    {
        var sketch = new MomentsSketch();
        sketch.Update([2, 4, 4, 4, 5, 5, 7, 9]);
        Assert.Equal(8, sketch.Count);
        Assert.Equal(40, sketch.Sum);
        Assert.Equal(5, sketch.Mean);
        Assert.Equal(4, sketch.PopulationVariance, 14);
        Assert.Equal(2, sketch.PopulationStandardDeviation, 14);
        Assert.Equal(32.0 / 7, sketch.Variance, 14);
        // Third and fourth central sums are 42 and 356.
        Assert.Equal(42 / 8.0 / 8, sketch.Skewness, 14);
        Assert.Equal(356 / 8.0 / 16 - 3, sketch.Kurtosis, 14);
        Assert.Equal(42 / 64.0 * Math.Sqrt(56) / 6, sketch.SampleSkewness, 14);
        Assert.Equal(7.0 / 30 * (9 * (356 / 128.0 - 3) + 6), sketch.SampleKurtosis, 14);
    }

    [Fact]
    public void A_large_common_offset_costs_no_digits()
    {
        double[] values = SketchData.Of("normal", 100_000);
        var plain = new MomentsSketch();
        var shifted = new MomentsSketch();
        // Multiples of 2^-20, so that the offset itself rounds nothing away.
        for (int i = 0; i < values.Length; i++) values[i] = Math.Round(values[i] * 1048576) / 1048576;
        plain.Update(values);
        foreach (double value in values) shifted.Update(value + 1e6);
        Assert.InRange(shifted.Variance / plain.Variance, 1 - 1e-12, 1 + 1e-12);
        var block = new MomentsSketch();
        block.Update([.. values.Select(value => value + 1e6)]);
        Assert.InRange(block.Variance / plain.Variance, 1 - 1e-12, 1 + 1e-12);
        Assert.InRange(block.Kurtosis - plain.Kurtosis, -1e-9, 1e-9);
        Assert.InRange(block.Skewness - plain.Skewness, -1e-9, 1e-9);
    }

    [Fact]
    public void Any_split_and_order_of_merging_gives_the_same_moments() =>
        Gen.Select(Gen.Double[-1000, 1000].Array[1, 300], Gen.Double[-1, 1].Array[0, 300], Gen.Double[5, 6].Array[0, 300])
            .Sample((a, b, c) =>
        {
            MomentsSketch left = Of(a), right = Of(b), swapped = Of(c), whole = Of([.. a, .. b, .. c]);
            left.Merge(Of(b));
            left.Merge(Of(c));
            right.Merge(Of(c));
            MomentsSketch nested = Of(a);
            nested.Merge(right);
            swapped.Merge(Of(b));
            swapped.Merge(Of(a));
            foreach (MomentsSketch other in (MomentsSketch[])[left, nested, swapped])
            {
                Assert.Equal(whole.Count, other.Count);
                Close(whole.Mean, other.Mean, 1000);
                Close(whole.Variance, other.Variance, whole.Variance);
                Close(whole.Skewness, other.Skewness, 1 + Math.Abs(whole.Skewness));
                Close(whole.Kurtosis, other.Kurtosis, 10 + whole.Kurtosis);
            }
        });

    [Fact]
    public void Moments_agree_with_the_definition() =>
        Gen.Double[-50, 50].Array[4, 3000].Sample(values =>
        {
            MomentsSketch sketch = Of(values);
            double mean = values.Average();
            double m2 = values.Sum(x => Math.Pow(x - mean, 2)) / values.Length, m3 = values.Sum(x => Math.Pow(x - mean, 3)) / values.Length;
            double m4 = values.Sum(x => Math.Pow(x - mean, 4)) / values.Length;
            Close(mean, sketch.Mean, 50);
            Close(m2, sketch.PopulationVariance, m2);
            Close(m3 / Math.Pow(m2, 1.5), sketch.Skewness, 10);
            Close(m4 / (m2 * m2) - 3, sketch.Kurtosis, 100);
        });

    [Fact]
    public void The_sum_is_compensated()
    {
        var sketch = new MomentsSketch();
        for (int i = 0; i < 1000; i++)
        {
            sketch.Update(1e16);
            sketch.Update(1);
            sketch.Update(-1e16);
        }
        Assert.Equal(1000, sketch.Sum);
    }

    [Fact]
    public void A_constant_has_no_variance_and_no_shape()
    {
        MomentsSketch sketch = Of([.. Enumerable.Repeat(0.1, 5000)]);
        Assert.Equal(0.1, sketch.Mean);
        Assert.Equal(0, sketch.Variance);
        Assert.True(double.IsNaN(sketch.Skewness) && double.IsNaN(sketch.Kurtosis));
    }

    [Fact]
    public void Empty_and_single_are_undefined_where_the_definition_is()
    {
        var empty = new MomentsSketch();
        Assert.Equal(0, empty.Sum);
        Assert.True(double.IsNaN(empty.Mean) && double.IsNaN(empty.Minimum) && double.IsNaN(empty.PopulationVariance));
        MomentsSketch single = Of([3]);
        Assert.Equal(0, single.PopulationVariance);
        Assert.True(double.IsNaN(single.Variance) && double.IsNaN(single.SampleSkewness) && double.IsNaN(single.SampleKurtosis));
    }

    [Fact]
    public void Infinities_decide_the_mean_and_leave_the_rest_undefined()
    {
        MomentsSketch up = Of([1, double.PositiveInfinity, 2]);
        Assert.Equal(double.PositiveInfinity, up.Mean);
        Assert.Equal((1.0, double.PositiveInfinity), (up.Minimum, up.Maximum));
        Assert.True(double.IsNaN(up.Variance));
        up.Merge(Of([double.NegativeInfinity]));
        Assert.True(double.IsNaN(up.Mean) && double.IsNaN(up.Sum));
        Assert.Equal(double.NegativeInfinity, up.Minimum);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Huge_values_have_a_finite_mean_and_an_infinite_variance(bool span)
    {
        double[] values = [double.MaxValue, double.MaxValue, -double.MaxValue, -double.MaxValue, double.MaxValue];
        var sketch = new MomentsSketch();
        if (span) sketch.Update(values);
        else foreach (double value in values) sketch.Update(value);
        Assert.InRange(sketch.Mean / double.MaxValue, 0.2 - 1e-12, 0.2 + 1e-12);
        Assert.Equal(double.PositiveInfinity, sketch.Variance);
        Assert.True(double.IsNaN(sketch.Skewness) && double.IsNaN(sketch.Kurtosis));
    }

    private static MomentsSketch Of(double[] values)
    {
        var sketch = new MomentsSketch();
        sketch.Update(values);
        return sketch;
    }

    private static void Close(double want, double got, double scale)
    {
        if (double.IsNaN(want)) Assert.True(double.IsNaN(got));
        else Assert.InRange(got, want - 1e-9 * scale, want + 1e-9 * scale);
    }
}
