using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Tests.Journal;
using Lifecycle.Sdk.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Lifecycle.Sdk.Tests.Tracking;

/// <summary>A store that can't be reached: nothing throws, nothing waits for ever, nothing is lost or doubled.</summary>
public sealed class StoreAwayTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(7);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Everything_works_without_the_store_and_the_next_tracker_delivers_it_once()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var away = new RecordingStore { BeforeApply = _ => throw new LifecycleException("The server is away.") { IsTransient = true } };
        var tracker = Open(away, time);
        var run = tracker.StartRun("offline", "first");
        run.LogParam("lr", 0.1);
        var loss = run.Metric("loss");
        for (var i = 0; i < 5_000; i++) loss.Log(i, i);
        await run.LogTextAsync("some weights", "model.txt");
        var error = await Assert.ThrowsAsync<LifecycleException>(() => AdvanceUntil(time, run.FlushAsync()));
        Assert.Contains(_folder["journals"], error.Message, StringComparison.Ordinal);
        Assert.Contains("The server is away.", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsTransient);
        Assert.Contains("away", run.Health.LastFailure, StringComparison.Ordinal);
        run.Complete();
        await AdvanceUntil(time, run.DisposeAsync().AsTask());
        await AdvanceUntil(time, tracker.DisposeAsync().AsTask());
        Assert.Empty(away.Batches);

        var back = new RecordingStore();
        for (var i = 0; i < 2; i++)
        {
            await using var second = Open(back, TimeProvider.System);
            second.EnsureStarted();
            await second.Pump.Recovered;
            await second.FlushAsync();
        }

        Assert.Equal(Enumerable.Range(0, 5_000).Select(i => (long)i), back.PointsOf(run.Id, "loss").Select(point => point.Step));
        Assert.Equal([new ParamLogged("lr", 0.1)], back.FactsOf(run.Id).OfType<ParamLogged>());
        Assert.Single(back.FactsOf(run.Id).OfType<RunStarted>());
        Assert.Single(back.FactsOf(run.Id).OfType<ArtifactLogged>());
        Assert.Single(back.Contents);
        Assert.Equal(RunStatus.Finished, back.EndOf(run.Id)!.Status);
    }

    [Fact]
    public async Task Leaving_takes_no_longer_than_the_shutdown_timeout_when_the_store_hangs()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        using var reached = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var hanging = new RecordingStore
        {
            BeforeApply = _ =>
            {
                reached.Set();
                release.Wait();
            },
        };
        var tracker = Open(hanging, time);
        var run = tracker.StartRun("offline", "first");
        run.Log("loss", 1);
        run.Complete();
        var disposal = run.DisposeAsync().AsTask();
        Assert.True(reached.Wait(TimeSpan.FromSeconds(60)));
        time.Advance(Timeout - TimeSpan.FromMilliseconds(1));
        Assert.False(disposal.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await disposal;
        await AdvanceUntil(time, tracker.DisposeAsync().AsTask());
        Assert.Empty(hanging.PointsOf(run.Id, "loss"));
        release.Set();
    }

    [Fact]
    public async Task Reading_goes_on_without_the_backlog_when_the_store_hangs()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        using var reached = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var hanging = new RecordingStore
        {
            BeforeApply = _ =>
            {
                reached.Set();
                release.Wait();
            },
        };
        var tracker = Open(hanging, time);
        await tracker.CatchUpAsync(CancellationToken.None);
        var run = tracker.StartRun("offline", "first");
        run.Log("loss", 1);
        var reading = tracker.CatchUpAsync(CancellationToken.None);
        Assert.True(reached.Wait(TimeSpan.FromSeconds(60)));
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(reading.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await reading.WaitAsync(TimeSpan.FromSeconds(60));
        using var cancelled = new CancellationTokenSource();
        var second = tracker.CatchUpAsync(cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        release.Set();
        await AdvanceUntil(time, tracker.DisposeAsync().AsTask());
    }

    private Tracker Open(TrackingStore store, TimeProvider time)
    {
        var builder = Tracker.CreateBuilder().UseStore(_ => store).Configure(options =>
        {
            options.JournalDirectory = _folder["journals"];
            options.ShutdownTimeout = Timeout;
            options.Capture = TrackerLab.Nothing;
        });
        builder.TimeProvider = time;
        return builder.Build();
    }

    /// <summary>Moves the clock while the pump's thread, which is real, does its work.</summary>
    private static async Task AdvanceUntil(FakeTimeProvider time, Task task)
    {
        while (!task.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(250));
            await Task.WhenAny(task, Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System));
        }

        await task;
    }
}
