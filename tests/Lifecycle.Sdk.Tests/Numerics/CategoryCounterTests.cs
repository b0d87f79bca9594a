using CsCheck;
using Lifecycle.Sdk.Numerics;
using Xunit;

namespace Lifecycle.Sdk.Tests.Numerics;

public sealed class CategoryCounterTests
{
    [Fact]
    public void Counts_are_those_of_a_dictionary_whatever_the_strings() =>
        Gen.String[0, 6].Array[1, 40].SelectMany(categories => Gen.OneOfConst(categories).Array[1, 3_000]).Sample(values =>
        {
            // New objects, so that nothing is found by reference alone.
            string?[] copies = [.. values.Select((value, i) => i % 3 == 0 ? value : new string(value))];

            AssertSame(values.GroupBy(
                value => value, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.LongCount()), copies);
        }, iter: 40);

    [Fact]
    public void Many_categories_and_categories_that_share_their_ends_are_kept_apart()
    {
        // All agree in length and in the characters at both ends, so that all fall on one place of the cache.
        var values = Enumerable.Range(0, 20_000).Select(i => $"aa{i % 5_000:D8}zz").ToArray();

        AssertSame(values.Distinct().ToDictionary(value => value, _ => 4L), values);
    }

    [Fact]
    public void Missing_values_are_refused_with_their_position_or_dropped_and_counted()
    {
        string?[] values = ["a", null, "b", null];

        var error = Assert.Throws<ArgumentException>(() => CategoryCounter.Count(values, NaNPolicy.Refuse, "current"));
        Assert.Equal("current", error.ParamName);
        Assert.Contains("position 1", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, CategoryCounter.Count(values, NaNPolicy.Drop, "current").Missing);
        Assert.Throws<ArgumentException>(() => CategoryCounter.Count([null], NaNPolicy.Drop, "current"));
        Assert.Throws<ArgumentException>(() => CategoryCounter.Count([], NaNPolicy.Drop, "current"));
    }

    private static void AssertSame(Dictionary<string, long> expected, string?[] values)
    {
        var counts = CategoryCounter.Count(
            values, NaNPolicy.Refuse, "values").Counts.ToDictionary(pair => pair.Category, pair => pair.Count);
        Assert.Equal(expected.OrderBy(pair => pair.Key, StringComparer.Ordinal), counts.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }
}
