using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Lifecycle.Sdk.Tests.Journal;

/// <summary>Runs and trackers are left in every order, from every thread, and with stores and loggers that are ill.</summary>
public sealed class LeavingTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("leaving-").FullName;

    private static LifecycleException Away => new("away") { IsTransient = true };

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_thread_with_a_context_of_its_own_can_block_until_run_and_tracker_are_closed()
    {
        var store = new RecordingStore();
        RunId id = default;
        var window = new Thread(() =>
        {
            SynchronizationContext.SetSynchronizationContext(new Window());
            using var tracker = Open(store);
            using var run = tracker.StartRun("x");
            id = run.Id;
            run.Log("loss", 1).Complete();
        });
        window.Start();
        window.Join();
        Assert.Single(store.PointsOf(id, "loss"));
    }

    [Fact]
    public async Task A_store_that_comes_back_within_the_time_out_gets_everything()
    {
        var store = new RecordingStore();
        var tracker = Open(store);
        var run = tracker.StartRun("x");
        await run.FlushAsync();
        var refusals = 0;
        store.BeforeApply = _ =>
        {
            if (++refusals <= 3) throw Away;
        };
        run.Log("loss", 1).Complete();
        await tracker.DisposeAsync();
        Assert.Single(store.PointsOf(run.Id, "loss"));
        Assert.Equal(RunStatus.Finished, store.EndOf(run.Id)!.Status);
        Assert.Empty(Journals());
    }

    [Fact]
    public async Task A_refusal_for_good_is_not_waited_for()
    {
        var tries = 0;
        var store = new RecordingStore
        {
            BeforeApply = _ =>
            {
                tries++;
                throw new LifecycleException("no");
            },
        };
        var tracker = Open(store, options => options.ShutdownTimeout = TimeSpan.FromHours(1));
        var run = tracker.StartRun("x");
        await Assert.ThrowsAsync<LifecycleException>(() => run.FlushAsync());
        await tracker.DisposeAsync();
        Assert.InRange(tries, 1, 3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_can_be_disposed_after_its_tracker(bool completed)
    {
        var tracker = Open(new RecordingStore { BeforeApply = _ => throw Away }, options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(50));
        var run = tracker.StartRun("x");
        run.Log("loss", 1);
        if (completed) run.Complete();
        await tracker.DisposeAsync();
        await run.DisposeAsync();
        await run.DisposeAsync();
    }

    [Fact]
    public async Task Ending_and_disposing_a_run_from_two_threads_at_once_is_one_end()
    {
        var store = new RecordingStore();
        await using var tracker = Open(store);
        for (var i = 0; i < 200; i++)
        {
            var run = tracker.StartRun("x");
            run.CreateLoggerProvider().CreateLogger("a").LogInformation("hello");
            using var together = new Barrier(2);
            var other = new Thread(() =>
            {
                together.SignalAndWait();
                run.Kill("Ctrl+C");
            });
            other.Start();
            together.SignalAndWait();
            run.Dispose();
            other.Join();
            Assert.Contains(store.EndOf(run.Id)!.Status, new[] { RunStatus.Killed, RunStatus.Failed });
        }
    }

    [Fact]
    public async Task Short_runs_leave_no_folders()
    {
        await using (var tracker = Open(new RecordingStore()))
        {
            for (var i = 0; i < 300; i++)
            {
                await using var run = tracker.StartRun("x");
                run.Log("loss", 1).Complete();
            }

            Assert.Empty(Journals());
        }
    }

    [Fact]
    public async Task A_logger_that_throws_ends_neither_the_process_nor_a_call()
    {
        var logger = new ThrowingLoggers();
        var store = new RecordingStore();
        var tracker = Open(store, loggers: logger);
        var run = tracker.StartRun("x");
        run.Log("loss", 1);
        await run.FlushAsync();
        store.BeforeApply = _ => throw Away;
        run.Log("loss", 2);
        await Assert.ThrowsAsync<LifecycleException>(() => run.FlushAsync());
        run.Complete();
        run.Log("loss", 3);
        store.BeforeApply = null;
        await run.DisposeAsync();
        await tracker.DisposeAsync();
        Assert.Equal(2, store.PointsOf(run.Id, "loss").Count);
        Assert.True(logger.Thrown > 0);
    }

    [Fact]
    public void Threads_that_rest_keep_nothing_of_a_disposed_tracker()
    {
        using var leave = new ManualResetEventSlim();
        using var logged = new ManualResetEventSlim();
        WeakReference? tracker = null;
        var thread = new Thread(() =>
        {
            tracker = LogOnce();
            logged.Set();
            leave.Wait();
        });
        thread.Start();
        logged.Wait();

        // The pump's and the sweeper's threads may still be on their way out.
        SpinWait.SpinUntil(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return !tracker!.IsAlive;
            },
            TimeSpan.FromSeconds(30));
        Assert.False(tracker!.IsAlive);
        leave.Set();
        thread.Join();
    }

    // Below the folder of their store.
    private IEnumerable<string> Journals() => Directory.EnumerateDirectories(_directory).SelectMany(Directory.EnumerateDirectories);

    private WeakReference LogOnce()
    {
        var store = new RecordingStore();
        using var tracker = Open(store);
        using var run = tracker.StartRun("x");
        run.Log("loss", 1).Complete();
        return new WeakReference(store);
    }

    private Tracker Open(RecordingStore store, Action<TrackerOptions>? configure = null, ILoggerFactory? loggers = null)
    {
        var options = new TrackerOptions
        {
            JournalDirectory = _directory,
            Capture = new CaptureOptions { Git = false, Program = false, Machine = false, User = false },
        };
        configure?.Invoke(options);
        return new Tracker(store, options, TimeProvider.System, loggers ?? NullLoggerFactory.Instance);
    }

    /// <summary>A window's message queue that nobody reads, since its thread is blocked.</summary>
    private sealed class Window : SynchronizationContext
    {
        private readonly ConcurrentQueue<(SendOrPostCallback Callback, object? State)> _messages = new();

        public override void Post(SendOrPostCallback d, object? state) => _messages.Enqueue((d, state));
    }

    private sealed class ThrowingLoggers : ILoggerFactory, ILogger
    {
        private int _thrown;

        public int Thrown => Volatile.Read(ref _thrown);

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) { }

        public void Dispose() { }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Interlocked.Increment(ref _thrown);
            throw new AggregateException("An error occurred while writing to logger(s).");
        }
    }
}
