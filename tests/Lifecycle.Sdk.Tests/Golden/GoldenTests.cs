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
        var file = Path.Combine(Path.GetTempPath(), $"golden-{Guid.NewGuid():N}.json");
        File.WriteAllText(file, """
            {"format":"golden/1","cases":[
            {"id":"a","kind":"norm_sf","input":{},"call":"stats.norm.sf(0.0)","expected":{"value":0.5000001}},
            {"id":"b","kind":"norm_sf","input":{},"call":"stats.norm.sf(0.0)","expected":{"value":0.5}},
            {"id":"c","kind":"no_such_kind","input":{},"call":"","expected":{"value":0.5}}]}
            """);
        try
        {
            var summary = GoldenRunner.Run(file);

            Assert.Equal((1, 2), (summary.Passed, summary.Failed));
            Assert.Contains(summary.Failures, failure => failure.StartsWith("a value got 0.5 want 0.5000001", StringComparison.Ordinal));
            Assert.Contains("c unknown kind 'no_such_kind'", summary.Failures);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
