using System.Globalization;
using Lifecycle.Sdk.Golden;
using Xunit;

namespace Lifecycle.Sdk.Tests.Golden;

public sealed class GoldenTests
{
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(GoldenRunner.DefaultFolder, "*.json").Select(file => Path.GetFileName(file)).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_golden_case_of_the_file_agrees_with_its_reference(string file)
    {
        var summary = GoldenRunner.Run(Path.Combine(GoldenRunner.DefaultFolder, file));

        Assert.True(summary.Failed == 0, $"{summary.Failed} failed:\n{string.Join('\n', summary.Failures)}");
        Assert.True(summary.Passed > 0, "The file holds no case.");
    }

    [Fact]
    public void A_wrong_value_and_an_unknown_kind_are_counted_as_failed()
    {
        var summary = Run(
            """{"id":"a","kind":"norm_sf","input":{},"call":"stats.norm.sf(0.0)","expected":{"value":0.5000001}}""",
            """{"id":"b","kind":"norm_sf","input":{},"call":"stats.norm.sf(0.0)","expected":{"value":0.5}}""",
            """{"id":"c","kind":"no_such_kind","input":{},"call":"","expected":{"value":0.5}}""");

        Assert.Equal((1, 2), (summary.Passed, summary.Failed));
        Assert.Contains(summary.Failures, failure => failure.StartsWith("a value got 0.5 want 0.5000001", StringComparison.Ordinal));
        Assert.Contains("c unknown kind 'no_such_kind'", summary.Failures);
    }

    // Each would pass if the argument were ignored.
    [Theory]
    [InlineData("norm_sf", "stats.norm.sf(0.0, loc=3)", "", "loc")]
    [InlineData("norm_sf", "stats.norm.sf(0.0)", "\"params\":{\"scale\":2},", "scale")]
    [InlineData("mae", "skm.mean_absolute_error(y, f, multioutput='raw_values')", "", "multioutput")]
    [InlineData("mae", "skm.mean_absolute_error(y, f, sample_weight = w, multioutput = 'raw_values')", "", "multioutput")]
    [InlineData("mse", "skm.mean_squared_error(y, f, squared=False)", "", "squared")]
    [InlineData("accuracy", "skm.accuracy_score(y, f, normalize=False)", "", "normalize")]
    [InlineData("jaccard_macro", "skm.jaccard_score(y, f, average='samples')", "", "average")]
    [InlineData("adwin", "own.adwin(y, epsilon=0.1)", "", "epsilon")]
    public void An_argument_that_the_kind_does_not_know_fails_the_case(string kind, string call, string parameters, string named)
    {
        const string inputs = """{"x":{"data":[0,1]},"y":{"data":[0,1]},"f":{"data":[0,1]},"w":{"data":[1,1]}}""";
        var value = kind == "norm_sf" ? 0.5 : kind is "accuracy" or "jaccard_macro" ? 1 : 0;

        var summary = Run(string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"id":"a","kind":"{{{kind}}}","input":{{{inputs}}},{{{parameters}}}"call":"{{{call}}}","expected":{"value":{{{value}}}}}"""));

        Assert.Equal((0, 1), (summary.Passed, summary.Failed));
        Assert.Contains(named, string.Join('\n', summary.Failures), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("own.ddm(x, 2, 0.5, 1)")]
    [InlineData("own.ddm(x, drift=1, warn=0.5, warm=2)")]
    [InlineData("own.ddm(x, 2, drift=1, warning=0.5)")]
    public void Arguments_of_a_detector_count_by_position_and_by_name(string call)
    {
        var summary = Run(
            $$$"""{"id":"a","kind":"ddm","input":{"x":{"data":[0,0,0,0,1,1,1,1]}},"call":"{{{call}}}","expected":{"flags":[4],"warning_starts":[]}}""",
            """{"id":"b","kind":"ddm","input":{"x":{"data":[0,0,0,0,1,1,1,1]}},"call":"own.ddm(x)","expected":{"flags":[],"warning_starts":[]}}""");

        Assert.Equal((2, 0), (summary.Passed, summary.Failed));
    }

    private static GoldenSummary Run(params string[] cases)
    {
        var file = Path.Combine(Path.GetTempPath(), $"golden-{Guid.NewGuid():N}.json");
        File.WriteAllText(file, $$"""{"format":"golden/1","cases":[{{string.Join(',', cases)}}]}""");
        try
        {
            return GoldenRunner.Run(file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
