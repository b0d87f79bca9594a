using CsCheck;
using Lifecycle.Sdk.Numerics;
using Xunit;

namespace Lifecycle.Sdk.Tests.Numerics;

public sealed class RadixSortTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_499)]
    [InlineData(1_500)]
    [InlineData(70_000)]
    public void Any_doubles_come_out_in_the_order_of_the_library_sort(int length)
    {
        var values = Draw(length, seed: 7);
        var expected = (double[])values.Clone();
        Array.Sort(expected);

        RadixSort.Sort(values);

        Assert.Equal(expected, values);
    }

    [Fact]
    public void Integers_negatives_zeros_and_infinities_are_ordered_and_constant_digits_are_skipped_safely()
    {
        double[] odd = [0.0, -0.0, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, -double.Epsilon, double.MaxValue,
            double.MinValue];
        var values = Enumerable.Range(0, 5_000).Select(i => i % 3 == 0 ? odd[i % odd.Length] : (i * 7919 % 101) - 50).ToArray();
        var expected = (double[])values.Clone();
        Array.Sort(expected);

        RadixSort.Sort(values);

        Assert.Equal(expected, values);

        var constant = Enumerable.Repeat(-3.5, 4_000).ToArray();
        RadixSort.Sort(constant);
        Assert.All(constant, value => Assert.Equal(-3.5, value));
    }

    [Fact]
    public void The_argsort_moves_items_along_and_keeps_the_order_of_equal_keys() =>
        Gen.Int[0, 3_000].Select(Gen.Int[1, 50], Gen.ULong).Sample((length, distinct, seed) =>
        {
            var random = new SplitMix64(seed);
            var keys = new double[length];
            for (var i = 0; i < length; i++)
                keys[i] = random.NextInt(distinct) - 5;
            var items = Enumerable.Range(0, length).ToArray();
            var expected = items.OrderBy(i => keys[i]).ToArray();

            RadixSort.Sort(keys, items);

            Assert.Equal(expected, items);
        }, iter: 60);

    [Fact]
    public void Two_long_samples_are_sorted_on_their_own()
    {
        double[] first = Draw(70_000, seed: 1), second = Draw(61_000, seed: 2);
        double[] expectedFirst = [.. first.Order()], expectedSecond = [.. second.Order()];

        RadixSort.SortBoth(first, first.Length, second, second.Length);

        Assert.Equal(expectedFirst, first);
        Assert.Equal(expectedSecond, second);
    }

    [Fact]
    public void The_generator_gives_the_published_first_values_of_seed_zero()
    {
        var random = new SplitMix64(0);

        Assert.Equal(0xe220a8397b1dcdaf, random.Next());
        Assert.Equal(0x6e789e6aa1b965f4UL, random.Next());
        Assert.Equal(0x06c45d188009454fUL, random.Next());
        Assert.Equal(0xf88bb8a8724c81ec, random.Next());
    }

    private static double[] Draw(int length, ulong seed)
    {
        var random = new SplitMix64(seed);
        var values = new double[length];
        for (var i = 0; i < length; i++)
        {
            // Any bit pattern but NaN: all exponents, both signs, subnormals.
            do
                values[i] = BitConverter.UInt64BitsToDouble(random.Next());
            while (double.IsNaN(values[i]));
        }

        return values;
    }
}
