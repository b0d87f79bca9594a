using System.Diagnostics;
using System.Globalization;
using Lifecycle.Sdk.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Tests.Tracking;

/// <summary>What child processes of the tracker tests do.</summary>
public sealed class TrackerChild
{
    /// <summary>Starts a child that starts or joins a run and logs points from a step on, with a few flushes in between.</summary>
    public static Process Start(string store, RunId run, bool joins, int firstStep, int points) => ChildProcess.Start(
        typeof(TrackerChild), nameof(Log_points), store, run.ToString(), joins ? "join" : "start",
        firstStep.ToString(CultureInfo.InvariantCulture), points.ToString(CultureInfo.InvariantCulture));

    [Fact(Explicit = true)]
    public async Task Log_points()
    {
        if (ChildProcess.Job is not [var store, var id, var mode, var first, var points])
        {
            Assert.Skip("This is what child processes do; it needs a job.");
            return;
        }

        await using var tracker = TrackerLab.Open(store);
        var runId = RunId.Parse(id);
        var run = mode == "join" ? tracker.JoinRun(runId) : tracker.StartRun("processes", new RunOptions { Id = runId });
        var loss = run.Metric("loss");
        var (from, count) = (int.Parse(first, CultureInfo.InvariantCulture), int.Parse(points, CultureInfo.InvariantCulture));
        for (var i = 0; i < count; i++)
        {
            loss.Log(1.0 / (from + i + 1), from + i);
            if (mode != "join" && i % 100 == 99) await run.FlushAsync();
        }

        run.Complete();
        await run.DisposeAsync();
        Assert.True(run.Health.IsHealthy, run.Health.LastFailure);
        Assert.Equal(count, run.Health.PointsLogged);
    }
}
