using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Lifecycle.Sdk.Tests.Tracking;

public sealed class CaptureTests
{
    [Fact]
    public async Task What_is_cheap_is_captured_by_default()
    {
        using var lab = new TrackerLab("file");
        await using var tracker = Tracker.Open(lab.Address);
        await using var run = tracker.StartRun("x");
        run.Complete();
        var info = await tracker.Runs.GetAsync(run.Id);
        Assert.Equal(Environment.UserName, info.User);
        Assert.Equal(Environment.ProcessorCount.ToString(System.Globalization.CultureInfo.InvariantCulture), info.Tags["lifecycle.cpu.count"]);
        Assert.StartsWith(".NET", info.Tags["lifecycle.dotnet"], StringComparison.Ordinal);
        Assert.Contains("lifecycle.gc.server", info.Tags.Keys);
        Assert.Contains("lifecycle.program.command_line", info.Tags.Keys);
        Assert.Contains("mlflow.source.name", info.Tags.Keys);
    }

    [Fact]
    public async Task Each_capture_can_be_switched_off()
    {
        using var lab = new TrackerLab("file");
        await using var tracker = lab.Open();
        await using var run = tracker.StartRun("x");
        run.Complete();
        var info = await tracker.Runs.GetAsync(run.Id);
        Assert.Empty(info.Tags);
        Assert.Null(info.User);
    }

    [Fact]
    public async Task System_metrics_come_at_their_interval()
    {
        using var lab = new TrackerLab("file");
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var tracker = lab.Open(builder =>
        {
            builder.TimeProvider = clock;
            builder.Options.Capture.SystemMetricsInterval = TimeSpan.FromSeconds(1);
        });
        var run = tracker.StartRun("x");
        for (var i = 0; i < 5; i++) clock.Advance(TimeSpan.FromSeconds(1));
        run.Complete();
        clock.Advance(TimeSpan.FromSeconds(9));
        var info = await tracker.Runs.GetAsync(run.Id);
        foreach (var metric in (string[])["cpu_percent", "working_set_bytes", "gc_heap_bytes", "gc_allocated_bytes", "gc_pause_percent", "gc_collections"])
            Assert.Equal(5, info.Metrics["system/" + metric].Count);
        Assert.InRange(info.Metrics["system/working_set_bytes"].Last.Value, 1e6, 1e12);
        await run.DisposeAsync();
    }

    [Fact]
    public async Task Log_messages_go_into_the_run()
    {
        using var lab = new TrackerLab("file");
        await using var tracker = lab.Open();
        await using var run = tracker.StartRun("x");
        using (var factory = LoggerFactory.Create(builder => builder.AddProvider(run.CreateLoggerProvider(LogLevel.Warning))))
        {
            var logger = factory.CreateLogger("Training");
            logger.LogInformation("not kept");
            logger.LogWarning(new InvalidDataException("broken row"), "row {Row} skipped", 7);
        }

        run.Complete();
        var part = Assert.Single(await tracker.Runs.ListArtifactsAsync(run.Id, "logs"));
        await using var content = await tracker.Runs.OpenArtifactAsync(run.Id, part.Path.ToString());
        var text = await new StreamReader(content).ReadToEndAsync();
        Assert.Contains("Warning Training[0] row 7 skipped", text, StringComparison.Ordinal);
        Assert.Contains("broken row", text, StringComparison.Ordinal);
        Assert.DoesNotContain("not kept", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Console_output_is_shown_and_kept()
    {
        using var lab = new TrackerLab("file");
        await using var tracker = lab.Open(builder => builder.Options.Capture.Console = true);
        await using var run = tracker.StartRun("x");
        var line = $"captured {Guid.NewGuid()}";
        Console.WriteLine(line);
        run.Complete();
        Console.WriteLine("after the end");
        var part = Assert.Single(await tracker.Runs.ListArtifactsAsync(run.Id, "console"));
        await using var content = await tracker.Runs.OpenArtifactAsync(run.Id, part.Path.ToString());
        var text = await new StreamReader(content).ReadToEndAsync();
        Assert.Contains(line, text, StringComparison.Ordinal);
        Assert.DoesNotContain("after the end", text, StringComparison.Ordinal);
    }
}
