using System.Diagnostics;
using Xunit;

namespace Lifecycle.Sdk.Tests.Tracking;

/// <summary>Several processes on one store, all through the public API.</summary>
public sealed class TrackerProcessTests
{
    [Theory]
    [InlineData("files")]
    [InlineData("sqlite")]
    public async Task Sixteen_processes_log_into_one_store_while_another_searches_and_reads_histories(string provider)
    {
        const int processes = 16, points = 250;
        using var lab = new TrackerLab(provider);
        await using var reader = lab.Open();
        var runs = Enumerable.Range(0, processes).Select(_ => RunId.New()).ToList();
        var children = runs.Select(run => TrackerChild.Start(lab.Address, run, joins: false, 0, points)).ToList();
        var ended = EndAsync(children);
        var seen = 0;
        while (!ended.IsCompleted)
        {
            await foreach (var run in reader.Runs.SearchAsync("attributes.status in ('RUNNING', 'FINISHED')", "metrics.loss"))
            {
                var steps = (await reader.Runs.HistoryAsync(run.Id, "loss")).Steps.ToArray();
                Assert.Equal(Enumerable.Range(0, steps.Length).Select(i => (long)i), steps);
                if (steps.Length > 0) seen++;
            }

            await Task.WhenAny(ended, Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System));
        }

        await ended;
        Assert.True(seen > 0, "The reader saw nothing before the writers had ended.");
        foreach (var id in runs)
        {
            var run = await reader.Runs.GetAsync(id);
            Assert.Equal((RunStatus.Finished, points), (run.Status, (int)run.Metrics["loss"].Count));
            Assert.Equal(points, (await reader.Runs.HistoryAsync(id, "loss")).Count);
        }

        await foreach (var finding in reader.Store.VerifyAsync()) Assert.Fail(finding.Message);
    }

    [Theory]
    [InlineData("files")]
    [InlineData("sqlite")]
    public async Task Two_processes_write_one_run(string provider)
    {
        const int points = 500;
        using var lab = new TrackerLab(provider);
        var id = RunId.New();
        await EndAsync([TrackerChild.Start(lab.Address, id, joins: false, 0, points), TrackerChild.Start(lab.Address, id, joins: true, points, points)]);

        // Opened only now: one that joined long before the run was there has left its journal to the next tracker.
        await using var reader = lab.Open();
        var run = await reader.Runs.GetAsync(id);
        Assert.Equal(RunStatus.Finished, run.Status);
        var history = await reader.Runs.HistoryAsync(id, "loss");
        Assert.Equal(Enumerable.Range(0, 2 * points).Select(i => (long)i), history.Steps.ToArray());
        Assert.Equal(Enumerable.Range(0, 2 * points).Select(i => 1.0 / (i + 1)), history.Values.ToArray());
    }

    private static async Task EndAsync(IReadOnlyList<Process> children)
    {
        foreach (var (child, output) in children.Select(child => (child, child.StandardOutput.ReadToEndAsync())).ToList())
        {
            var text = await output;
            await child.WaitForExitAsync();
            Assert.True(child.ExitCode == 0, text);
            child.Dispose();
        }
    }
}
