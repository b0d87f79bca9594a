using Lifecycle.Sdk.ProviderConformance;
using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.Tests.Storage;

/// <summary>How much is read to tell what is new; what comes out is the conformance suite's business.</summary>
public sealed class NewPointsTests
{
    private static readonly MetricPoint Last = new(10, 100, 0.5);

    [Fact]
    public void Nothing_is_read_or_copied_when_points_ascend_behind_the_last_one()
    {
        var points = RunScript.Series("loss", new(10, 100, 0.75), new(10, 101, -1), new(11, 0, double.NaN), new(11, 0, 0), new(12, 0, 0));
        var fresh = NewPoints.Select(points, Last, 0, _ => null, Unread);
        Assert.Equal(points, fresh);
    }

    [Fact]
    public void Nothing_is_read_for_a_series_without_points()
    {
        var fresh = NewPoints.Select(RunScript.Series("loss", new(3, 0, 0), new(1, 0, 0), new(3, 0, 0)), null, 0, _ => null, Unread);
        Assert.Equal([3, 1], fresh!.Value.Steps.ToArray());
    }

    [Fact]
    public void Only_the_steps_of_points_that_may_be_held_are_read()
    {
        (long, long)? asked = null;
        var fresh = NewPoints.Select(
            RunScript.Series("loss", new(4, 0, 0), new(10, 100, 0.5), new(50, 0, 0)), Last, 0, _ => null, (min, max) =>
            {
                asked = (min, max);
                return [new PointBlock(0, new long[] { 4, 10 }, new long[] { 1, 100 }, new[] { 0, 0.5 })];
            });
        Assert.Equal((4, 10), asked);
        Assert.Equal([4, 50], fresh!.Value.Steps.ToArray());
    }

    private static IEnumerable<PointBlock> Unread(long min, long max) => throw new InvalidOperationException($"Steps {min} to {max} were read.");
}
