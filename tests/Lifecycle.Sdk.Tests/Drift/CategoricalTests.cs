using CsCheck;
using Lifecycle.Sdk.Drift;
using Xunit;

namespace Lifecycle.Sdk.Tests.Drift;

public sealed class CategoricalTests
{
    [Fact]
    public void Columns_of_strings_and_of_integers_and_their_table_are_one_test() =>
        Gen.Select(Gen.Int[0, 6].Array[20, 200], Gen.Int[0, 6].Array[20, 200]).Sample((x, y) =>
        {
            int[] categories = [.. x.Concat(y).Distinct()];
            var table = new long[2, categories.Length];
            for (var i = 0; i < categories.Length; i++)
            {
                table[0, i] = x.Count(v => v == categories[i]);
                table[1, i] = y.Count(v => v == categories[i]);
            }

            var direct = ChiSquare.Independence(table);
            foreach (var result in new[] { ChiSquare.Compare(
                x, y), ChiSquare.Compare([.. x.Select(v => $"{v}")], [.. y.Select(v => $"{v}")]) })
            {
                Assert.Equal(direct.Statistic, result.Statistic, 1e-9);
                Assert.Equal(direct.PValue, result.PValue, 1e-9);
                Assert.Equal(direct.DegreesOfFreedom, result.DegreesOfFreedom);
            }

            Assert.InRange(direct.EffectSize, 0, 1);
        }, iter: 40);

    [Fact]
    public void A_category_that_only_one_column_has_counts()
    {
        var result = ChiSquare.Compare(["a", "b", "b"], ["a", "b", "c"]);

        Assert.Equal(2, result.DegreesOfFreedom);
        Assert.Equal((2 * 0.25 / 1.5) + (2 * 0.25 / 0.5), result.Statistic, 1e-12); // Of b with 1.5 expected and of c with 0.5.
    }

    [Fact]
    public void Missing_values_are_dropped_and_counted_when_asked()
    {
        string?[] dirty = ["a", null, "b", null, "a"];
        var result = ChiSquare.Compare(dirty, ["a", "b", "b"], missing: NaNPolicy.Drop);

        Assert.Equal([2, 0], result.Dropped);
        Assert.Equal([3, 3], result.SampleSizes);
        Assert.Throws<ArgumentException>(() => ChiSquare.Compare(dirty, ["a"]));
    }

    [Fact]
    public void One_category_cannot_differ()
    {
        var result = ChiSquare.Compare(["a", "a"], ["a"]);

        Assert.Equal((0, 1), (result.Statistic, result.PValue));
    }

    [Fact]
    public void Perfect_association_has_V_one_and_none_has_V_zero()
    {
        Assert.Equal(1, ChiSquare.CramersV(new long[,] { { 10, 0, 0 }, { 0, 20, 0 }, { 0, 0, 5 } }), 1e-12);
        Assert.Equal(0, ChiSquare.CramersV(new long[,] { { 10, 20 }, { 5, 10 } }), 1e-7);
    }

    [Fact]
    public void Tables_that_are_none_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ChiSquare.Independence(new long[0, 0]));
        Assert.Throws<ArgumentException>(() => ChiSquare.Independence(new long[,] { { 1, -1 }, { 2, 2 } }));
        Assert.Throws<ArgumentException>(() => ChiSquare.Independence(new long[,] { { 0, 0 }, { 2, 2 } }));
        Assert.Throws<ArgumentException>(() => ChiSquare.CramersV(new long[,] { { 1, 1 } }));
        Assert.Throws<ArgumentException>(() => ChiSquare.GoodnessOfFit([1, 2], [1]));
        Assert.Throws<ArgumentException>(() => ChiSquare.GoodnessOfFit([1, 2], [1, 5]));
        Assert.Throws<ArgumentException>(() => ChiSquare.GoodnessOfFit([0, 0]));
        Assert.Throws<ArgumentException>(() => ChiSquare.GoodnessOfFit([3, 0], [3, 0]));
        Assert.Throws<ArgumentException>(() => ChiSquare.GoodnessOfFit([1, double.NaN]));
        Assert.Throws<ArgumentOutOfRangeException>(() => FisherExact.Compare(-1, 2, 3, 4));
        Assert.Throws<ArgumentException>(() => FisherExact.Compare(0, 0, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => TwoProportions.Compare(5, 4, 1, 2));
        Assert.Throws<ArgumentException>(() => TwoProportions.Compare(4, 4, 2, 2));
    }

    [Fact]
    public void What_cannot_occur_but_was_observed_contradicts_with_certainty()
    {
        var result = ChiSquare.GoodnessOfFit([10, 5], [15, 0]);

        Assert.Equal(double.PositiveInfinity, result.Statistic);
        Assert.Equal(0, result.PValue);
    }

    [Fact]
    public void The_squared_z_of_two_proportions_is_chi_square_without_correction() =>
        Gen.Select(Gen.Long[1, 50], Gen.Long[51, 90], Gen.Long[1, 70], Gen.Long[71, 99]).Sample((s1, n1, s2, n2) =>
        {
            var z = TwoProportions.Compare(s1, n1, s2, n2);
            var chi = ChiSquare.Independence(new[,] { { s1, n1 - s1 }, { s2, n2 - s2 } }, yates: false);
            Assert.Equal(chi.Statistic, z.Statistic * z.Statistic, 1e-9);
            Assert.Equal(chi.PValue, z.PValue, 1e-9);
        }, iter: 60);

    [Fact]
    public void Fisher_s_test_knows_the_lady_tasting_tea()
    {
        // Fisher, "The Design of Experiments" (1935): three of four cups right, P = 17/70 one-sided.
        Assert.Equal(17.0 / 70, FisherExact.Compare(3, 1, 1, 3, Alternative.Greater).PValue, 1e-14);
        Assert.Equal(34.0 / 70, FisherExact.Compare(3, 1, 1, 3).PValue, 1e-14);
        Assert.Equal(9, FisherExact.Compare(3, 1, 1, 3).Statistic);
    }
}
