using Lifecycle.Sdk.Numerics;
using Lifecycle.Sdk.Quality;
using Xunit;

namespace Lifecycle.Sdk.Tests.Quality;

public sealed class DataProfileTests
{
    private const int N = 5000;

    [Fact]
    public void A_profile_says_what_the_columns_hold()
    {
        DataProfile profile = DataProfile.Of(Passengers(0, N));
        Assert.Equal(N, profile.RowCount);
        ColumnProfile age = profile["age"];
        Assert.Equal((N, N / 10, 0.1), (age.RowCount, age.MissingCount, age.MissingShare));
        Assert.Equal((0, 99, 90L, true), (age.Minimum, age.Maximum - 0, age.DistinctCount, age.DistinctIsExact));
        Assert.InRange(age.Quantile(0.5), 46, 53);
        Assert.InRange(age.Rank(49), 0.48, 0.52);

        ColumnProfile id = profile["id"];
        Assert.False(id.DistinctIsExact);
        Assert.InRange(id.DistinctCount, 0.95 * N, N);
        Assert.Equal(ColumnKind.Integer, id.Kind);

        ColumnProfile port = profile["port"];
        Assert.Equal([new ValueCount("Southampton", 3000, 3000), new ValueCount("Cherbourg", 2000, 2000)], port.TopValues());
        Assert.Equal((9, 11), (port.MinimumLength, port.MaximumLength));
        Assert.True(double.IsNaN(port.Mean) && double.IsNaN(port.Quantile(0.5)));
        Assert.Empty(port.Histogram());

        ColumnProfile survived = profile["survived"];
        Assert.Equal(0.25, survived.Mean);
        Assert.Equal("false", survived.TopValues(1)[0].Value);
    }

    [Fact]
    public void Histogram_counts_add_up_and_are_near_the_truth()
    {
        double[] values = Enumerable.Range(0, 20_000).Select(i => Math.Sqrt(i / 20_000.0)).ToArray();
        ColumnProfile column = DataProfile.Of(new Table(Column.Of("x", values)))["x"];
        IReadOnlyList<HistogramBin> bins = column.Histogram(10);
        Assert.Equal(10, bins.Count);
        Assert.Equal(20_000, bins.Sum(bin => bin.Count));
        for (int i = 0; i < 10; i++)
        {
            double truth = values.Count(value => value >= bins[i].Low && (i == 9 ? value <= bins[i].High : value < bins[i].High));
            Assert.InRange(bins[i].Count, truth - 2 * 0.0133 * 20_000, truth + 2 * 0.0133 * 20_000);
        }
    }

    [Fact]
    public void Merged_profiles_say_what_one_profile_of_all_rows_says()
    {
        DataProfile whole = DataProfile.Of(Passengers(0, N));
        DataProfile merged = DataProfile.Of(Passengers(0, 1000));
        byte[] before = System.Text.Encoding.UTF8.GetBytes(merged.ToJson());
        DataProfile both = DataProfile.Merge(merged, DataProfile.Of(Passengers(1000, N)));
        Assert.Equal(before, System.Text.Encoding.UTF8.GetBytes(merged.ToJson()));
        foreach (ColumnProfile want in whole.Columns)
        {
            ColumnProfile got = both[want.Name];
            Assert.Equal((want.RowCount, want.MissingCount, want.DistinctCount), (got.RowCount, got.MissingCount, got.DistinctCount));
            Assert.Equal((want.Minimum, want.Maximum, want.MaximumLength), (got.Minimum, got.Maximum, got.MaximumLength));
            Assert.Equal(want.Mean, got.Mean, 10);
            Assert.Equal(want.StandardDeviation, got.StandardDeviation, 10);
            if (want.DistinctIsExact) Assert.Equal(want.TopValues(), got.TopValues());
            if (want.Kind != ColumnKind.Text) Assert.InRange(got.Rank(want.Quantile(0.3)) - want.Rank(want.Quantile(0.3)), -0.04, 0.04);
        }
    }

    [Fact]
    public void Profiles_of_other_columns_do_not_merge()
    {
        DataProfile a = DataProfile.Of(new Table(Column.Of("a", new double[2])));
        Assert.Throws<ArgumentException>(() => DataProfile.Merge(a, DataProfile.Of(new Table(Column.Of("b", new double[2])))));
        Assert.Throws<ArgumentException>(() => DataProfile.Merge(a, DataProfile.Of(new Table(Column.Of("a", new int[2])))));
        Assert.Throws<ArgumentException>(() => DataProfile.Merge(a, DataProfile.Of(new Table())));
        // Widths may differ.
        Assert.Equal(4, DataProfile.Merge(a, DataProfile.Of(new Table(Column.Of("a", new float?[2]))))["a"].RowCount);
    }

    [Fact]
    public void Json_brings_back_everything()
    {
        DataProfile profile = DataProfile.Of(Passengers(0, N));
        DataProfile restored = DataProfile.FromJson(profile.ToJson());
        Assert.Equal(profile.ToJson(), restored.ToJson());
        Assert.Equal(profile.ToString(), restored.ToString());
        Assert.Equal(profile["age"].Quantile(0.37), restored["age"].Quantile(0.37));
    }

    [Fact]
    public void Empty_missing_constant_and_infinite_columns_survive_everything()
    {
        double[] inf = [double.NegativeInfinity, 1, 2, double.PositiveInfinity];
        var table = new Table(
            Column.Of("nan", new[] { double.NaN, double.NaN, double.NaN, double.NaN }), Column.Of("null", new string?[4]),
            Column.Of("inf", inf),
            Column.Of("only inf",
                new[] { double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity }),
            Column.Of("constant", new[] { 3, 3, 3, 3 }), Column.Of("huge", new[] { double.MaxValue, double.MinValue, 0, double.Epsilon }));
        foreach (DataProfile profile in (DataProfile[])[DataProfile.Of(table), DataProfile.Of(new Table()),
            DataProfile.Of(new Table(Column.Of("x", Array.Empty<int>())))])
        {
            DataProfile restored = DataProfile.FromJson(profile.ToJson());
            Assert.Equal(profile.ToString(), restored.ToString());
            foreach (ColumnProfile column in restored.Columns)
            {
                Assert.All(column.Histogram(), bin => Assert.True(bin.Count >= 0 && bin.Low <= bin.High));
            }
        }
        ColumnProfile infinite = DataProfile.Of(table)["inf"];
        Assert.Equal((double.NegativeInfinity, double.PositiveInfinity), (infinite.Minimum, infinite.Maximum));
        Assert.Equal((1.0, 2.0), (infinite.Histogram(2)[0].Low, infinite.Histogram(2)[^1].High));
        Assert.Empty(DataProfile.Of(table)["only inf"].Histogram());
        Assert.Equal(0, DataProfile.Of(table)["nan"].DistinctCount);
    }

    [Fact]
    public void Damaged_json_is_refused_with_one_kind_of_exception()
    {
        string json = DataProfile.Of(Passengers(0, 20)).ToJson();
        Assert.Throws<InvalidDataException>(() => DataProfile.FromJson(""));
        Assert.Throws<InvalidDataException>(() => DataProfile.FromJson("null"));
        Assert.Throws<InvalidDataException>(() => DataProfile.FromJson("{}"));
        Assert.Throws<InvalidDataException>(() => DataProfile.FromJson("""{"format":"lifecycle-profile/1","rows":0,"columns":[null]}"""));
        Assert.Throws<InvalidDataException>(() => DataProfile.FromJson(json.Replace("profile/1", "profile/2", StringComparison.Ordinal)));
        Assert.Throws<InvalidDataException>(
            () => DataProfile.FromJson(json.Replace("\"rows\": 20", "\"rows\": 21", StringComparison.Ordinal)));
        Assert.Throws<InvalidDataException>(
            () => DataProfile.FromJson(json.Replace("\"name\": \"age\"", "\"name\": \"id\"", StringComparison.Ordinal)));
        var random = new SplitMix64(1);
        for (int trial = 0; trial < 500; trial++)
        {
            char[] text = json.ToCharArray();
            text[random.NextInt(text.Length)] = (char)(32 + random.NextInt(95));
            try
            {
                _ = DataProfile.FromJson(new string(text)).ToString();
            }
            catch (InvalidDataException)
            {
                // A change of a readable number or a name is harmless; everything else has to end here.
            }
        }
    }

    [Fact]
    public void The_text_is_aligned_and_holds_one_line_per_column()
    {
        string[] lines = DataProfile.Of(new Table(Column.Of("evil\nname", new[] { 1, 2 }), Column.Of("b", new[] { "x", null }))).ToString()
            .Split('\n');
        Assert.StartsWith("column     type", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("evil name  int32", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("b          string", lines[3], StringComparison.Ordinal);
        Assert.Equal(5, lines.Length);
    }

    [Fact]
    public void Large_identifiers_stay_apart()
    {
        long[] ids = [.. Enumerable.Range(0, 100).Select(i => (1L << 60) + i)];
        Assert.Equal(100, DataProfile.Of(new Table(Column.Of("id", ids)))["id"].DistinctCount);
    }

    private static Table Passengers(int from, int to)
    {
        int[] rows = [.. Enumerable.Range(from, to - from)];
        return new Table(
            Column.Of("id", rows),
            Column.Of("age", rows.Select(i => i % 10 == 3 ? double.NaN : i % 100).ToArray()),
            Column.Of("port", rows.Select(i => i % 5 < 3 ? "Southampton" : "Cherbourg").ToArray<string?>()),
            Column.Of("survived", rows.Select(i => i % 4 == 0).ToArray()));
    }
}
