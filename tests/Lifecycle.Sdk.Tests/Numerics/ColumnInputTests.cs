using Lifecycle.Sdk.Numerics;
using Xunit;

namespace Lifecycle.Sdk.Tests.Numerics;

public sealed class ColumnInputTests
{
    [Fact]
    public void A_refused_NaN_is_named_with_its_argument_and_position()
    {
        var values = Enumerable.Range(0, 40).Select(i => i == 37 ? double.NaN : i).ToArray();

        var error = Assert.Throws<ArgumentException>(() => ColumnInput.Read(values, NaNPolicy.Refuse, "current").Dispose());

        Assert.Equal("current", error.ParamName);
        Assert.Contains("position 37", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dropped_NaN_are_counted_and_the_rest_keeps_its_order()
    {
        double[] values = [double.NaN, 3, double.PositiveInfinity, double.NaN, 1];

        using var input = ColumnInput.Read(values, NaNPolicy.Drop, "values");

        Assert.Equal(2, input.Dropped);
        Assert.Equal([3, double.PositiveInfinity, 1], input.Values.ToArray());
    }

    [Fact]
    public void A_column_of_nothing_or_of_nothing_but_NaN_is_refused()
    {
        Assert.Throws<ArgumentException>(() => ColumnInput.Read([], NaNPolicy.Drop, "values").Dispose());
        Assert.Throws<ArgumentException>(() => ColumnInput.Copy([double.NaN, double.NaN], NaNPolicy.Drop, "values").Dispose());
    }

    [Fact]
    public void Sorting_leaves_the_caller_s_values_alone()
    {
        double[] values = [3, 1, 2];

        using var input = ColumnInput.Sorted(values, NaNPolicy.Refuse, "values");

        Assert.Equal([1, 2, 3], input.Values.ToArray());
        Assert.Equal([3, 1, 2], values);
    }

    [Fact]
    public void Values_that_claim_to_be_sorted_are_checked()
    {
        ColumnInput.RequireSorted([1, 1, 2], "values");
        Assert.Throws<ArgumentException>(() => ColumnInput.RequireSorted([2, 1], "values"));
        Assert.Throws<ArgumentException>(() => ColumnInput.RequireSorted([1, double.NaN], "values"));
        Assert.Throws<ArgumentException>(() => ColumnInput.RequireSorted([], "values"));
    }
}
