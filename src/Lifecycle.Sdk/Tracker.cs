using Lifecycle.Sdk.Journal;
using Lifecycle.Sdk.Storage;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Sdk;

/// <summary>
/// Tracks runs in one store. Open one per store and process, keep it, dispose it at the end. The first use opens the store, delivers what
/// processes that died had left in their journals, and marks their runs as interrupted. Thread-safe.
/// </summary>
public sealed partial class Tracker : IAsyncDisposable, IDisposable
{
    /// <summary>After so long without a point delivered, a reader waits no longer.</summary>
    private static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(30);

    private readonly TrackerOptions _options;
    private readonly Lock _starting = new();
    private ModelRegistry? _models;
    private AuditTrail? _audit;
    private bool _started;
    private bool _disposed;
    private Task? _disposal;

    internal Tracker(TrackingStore store, TrackerOptions options, TimeProvider timeProvider, ILoggerFactory loggerFactory)
    {
        Store = store;
        _options = options;
        TimeProvider = timeProvider;
        Logger = new GuardedLogger(loggerFactory.CreateLogger("Lifecycle.Sdk.Tracker"));
        Pump = new JournalPump(store, ToSettings(store, options, timeProvider), Logger);
        Runs = new RunCollection(this);
        Experiments = new ExperimentCollection(this);
    }

    /// <summary>Finds, reads, compares, exports, deletes and restores runs.</summary>
    public RunCollection Runs { get; }

    /// <summary>Finds, creates, changes, deletes and restores experiments.</summary>
    public ExperimentCollection Experiments { get; }

    /// <summary>Registers models and versions, promotes them, and tells who did so. Changes are recorded for the user of this process; see <see cref="ModelRegistry.As"/>.</summary>
    public ModelRegistry Models => LazyInitializer.EnsureInitialized(ref _models, OpenRegistry); // most programs that log never ask

    /// <summary>Who changed what in the store, as a server or a host has recorded it.</summary>
    public AuditTrail Audit => LazyInitializer.EnsureInitialized(ref _audit, () => new AuditTrail(Store, TimeProvider));

    /// <summary>The store, for what only a store can do. The tracker owns it.</summary>
    public TrackingStore Store { get; }

    internal TimeProvider TimeProvider { get; }

    internal ILogger Logger { get; }

    internal JournalPump Pump { get; }

    /// <summary>Opens a tracker.</summary>
    /// <param name="store">
    /// A folder (<c>./runs</c>), a SQLite file (<c>lifecycle.db</c>) or a server (<c>http://host:5000</c>); see <see cref="TrackerOptions.Store"/>. Null: the environment
    /// variable <c>LIFECYCLE_TRACKING_URI</c>, then <c>MLFLOW_TRACKING_URI</c> if it names a server, and <c>./runs</c> if neither is set.
    /// </param>
    /// <returns>The tracker, which the caller disposes.</returns>
    /// <exception cref="ArgumentException">The address is not understood.</exception>
    public static Tracker Open(string? store = null) => new TrackerBuilder().UseStore(store ?? StoreAddress.FromEnvironment()).Build();

    /// <summary>Makes a builder for a tracker with options of its own.</summary>
    /// <returns>The builder.</returns>
    public static TrackerBuilder CreateBuilder() => new();

    /// <summary>Starts a run. Local and instantaneous, whatever the store.</summary>
    /// <param name="experiment">The experiment's name; it is created if there is none.</param>
    /// <param name="name">The run's name; made up if null.</param>
    /// <returns>The run, which the caller completes and disposes.</returns>
    /// <exception cref="ArgumentException">A name breaks a rule.</exception>
    /// <exception cref="LifecycleException">The journal can't be created on the local disk.</exception>
    /// <exception cref="ObjectDisposedException">The tracker is disposed.</exception>
    public Run StartRun(string experiment, string? name = null) => StartRun(experiment, new RunOptions { Name = name });

    /// <summary>Starts a run. Local and instantaneous, whatever the store.</summary>
    /// <param name="experiment">The experiment's name; it is created if there is none.</param>
    /// <param name="options">How it starts.</param>
    /// <returns>The run, which the caller completes and disposes.</returns>
    /// <exception cref="ArgumentException">A name or option breaks a rule.</exception>
    /// <exception cref="LifecycleException">The journal can't be created on the local disk.</exception>
    /// <exception cref="ObjectDisposedException">The tracker is disposed.</exception>
    public Run StartRun(string experiment, RunOptions options)
    {
        NameRules.RequireExperimentName(experiment);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), this);
        var capture = options.Capture ?? _options.Capture;
        var now = TimeProvider.GetUtcNow();
        var id = options.Id is { IsEmpty: false } given ? given : RunId.New(TimeProvider);
        var name = options.Name ?? RunNames.MakeUp(id);
        var facts = new List<RunFact>
        {
            new RunStarted(null, experiment, name, now, options.Parent, capture.User ? Environment.UserName : null),
        };
        foreach (var (tag, value) in options.Tags) facts.Add(new TagSet(tag, value));
        if (options.Note is { } note) facts.Add(new TagSet(Run.NoteTag, note));
        // A new run is in its first attempt. One that the store may know goes on in the one that it knows; the numbers of attempts order them, clocks don't.
        var journal = Pump.Open(id, options.Id is { IsEmpty: false } ? JournalSource.UnknownAttempt : 0, facts);
        var run = new Run(this, journal, new RunOrigin { Experiment = experiment, Name = name, Capture = capture });
        EnsureStarted(); // last, so that the pump's first steps don't hold up the program's
        return run;
    }

    /// <summary>
    /// Resumes a run: it is running again, and its params, steps and metrics continue. Use it after a crash, when training goes on from a checkpoint.
    /// </summary>
    /// <param name="id">The run.</param>
    /// <param name="fromStep">
    /// The step to continue from: points of earlier attempts at this step and later are superseded, so that nothing is counted twice; of other writers
    /// (<see cref="JoinRun"/>), those that the store has by then. Null keeps all of them.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The run, which the caller completes and disposes.</returns>
    /// <exception cref="ArgumentException">The id is empty.</exception>
    /// <exception cref="LifecycleNotFoundException">The store has no such run.</exception>
    /// <exception cref="LifecycleException">The store can't be read, or the journal can't be created on the local disk.</exception>
    /// <exception cref="ObjectDisposedException">The tracker is disposed.</exception>
    public async Task<Run> ResumeRunAsync(RunId id, long? fromStep = null, CancellationToken cancellationToken = default)
    {
        if (id.IsEmpty) throw new ArgumentException("The run id is empty.", nameof(id));
        await CatchUpAsync(cancellationToken).ConfigureAwait(false);
        var known = await Runs.GetAsync(id, cancellationToken).ConfigureAwait(false);
        // Everything that may fail comes before the journal, whose first fact supersedes points.
        var experiment = (await Store.GetExperimentAsync(known.ExperimentId, cancellationToken).ConfigureAwait(false))?.Name;
        var now = TimeProvider.GetUtcNow().ToUnixTimeMilliseconds();
        var last = known.Attempts.Count > 0 ? known.Attempts[^1].Id : 0;
        var journal = Pump.Open(id, Math.Max(now, last + 1), [new RunResumed(fromStep)]);
        return new Run(this, journal, new RunOrigin
        {
            Name = known.Name,
            Experiment = experiment,
            FromStep = fromStep,
            Params = known.Params,
            ResumedMetrics = known.Metrics,
        });
    }

    /// <summary>
    /// Adds a writer to a run that another process has started, such as the worker of a distributed training. Local and instantaneous; the
    /// store learns of this writer's points once it knows the run. Completing or disposing it ends this writer only, not the run. It takes no part in
    /// resuming: whatever its clock says, its points belong to the attempt that the run is in when they reach the store.
    /// </summary>
    /// <param name="id">The run, as its owner knows it.</param>
    /// <returns>The run, which the caller disposes.</returns>
    /// <exception cref="ArgumentException">The id is empty.</exception>
    /// <exception cref="LifecycleException">The journal can't be created on the local disk.</exception>
    /// <exception cref="ObjectDisposedException">The tracker is disposed.</exception>
    public Run JoinRun(RunId id)
    {
        if (id.IsEmpty) throw new ArgumentException("The run id is empty.", nameof(id));
        EnsureStarted();
        var journal = Pump.Open(id, RunBatch.LatestAttempt, []);
        return new Run(this, journal, new RunOrigin { IsJoined = true });
    }

    /// <summary>
    /// Runs work as a run that completes when the work does, fails with the work's exception, which is thrown on, and is marked as killed when the
    /// work was cancelled by <paramref name="cancellationToken"/>.
    /// </summary>
    /// <param name="experiment">The experiment's name.</param>
    /// <param name="work">The work.</param>
    /// <param name="options">How the run starts.</param>
    /// <param name="cancellationToken">Handed to the work.</param>
    /// <returns>The run's id, when the work has ended and the store has the run or the shutdown time-out has passed.</returns>
    /// <exception cref="ArgumentException">A name or option breaks a rule.</exception>
    public async Task<RunId> RunAsync(
        string experiment, Func<Run, CancellationToken, Task> work, RunOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        var run = StartRun(experiment, options ?? new RunOptions());
        await using (run.ConfigureAwait(false))
        {
            try
            {
                await work(run, cancellationToken).ConfigureAwait(false);
                run.Complete();
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                run.Kill("The work was cancelled.");
                throw;
            }
            catch (Exception exception)
            {
                run.Fail(exception);
                throw;
            }

            return run.Id;
        }
    }

    /// <summary>The barrier for all runs of this tracker; see <see cref="Run.FlushAsync"/>.</summary>
    /// <param name="cancellationToken">Stops waiting; nothing is lost by it.</param>
    /// <returns>When the store has everything.</returns>
    /// <exception cref="LifecycleException">The store can't take it now. Everything is still in the journals and will be delivered later.</exception>
    public Task FlushAsync(CancellationToken cancellationToken = default)
    {
        EnsureStarted();
        return Pump.FlushAsync(null, cancellationToken);
    }

    /// <summary>
    /// Waits until the store has what was logged, but no longer than <see cref="TrackerOptions.ShutdownTimeout"/>, and lets go of the store.
    /// What is left stays in the journals for the next tracker. Runs that were not ended are left as they are and become interrupted.
    /// </summary>
    /// <returns>When it is closed.</returns>
    public ValueTask DisposeAsync()
    {
        lock (_starting) return new ValueTask(_disposal ??= DisposeOnceAsync());
    }

    /// <summary>The same as <see cref="DisposeAsync"/>, blocking.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>Opens the store on first use: recovery begins in the background.</summary>
    internal void EnsureStarted()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), this);
        if (Volatile.Read(ref _started)) return;
        lock (_starting)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_started) return;
            Pump.Start();
            Volatile.Write(ref _started, true);
        }
    }

    /// <summary>
    /// What a reader waits for: that orphans found at the start are in the store, and what this tracker has logged itself. A store that can't take it
    /// now, or has taken nothing for half a minute, must not keep the reader from what it holds.
    /// </summary>
    internal async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        EnsureStarted();
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var caughtUp = DeliverAsync(abandon.Token);
        if (caughtUp.IsCompletedSuccessfully) return;
        for (var delivered = Delivered; ;)
        {
            try
            {
                await caughtUp.WaitAsync(ReadPatience, TimeProvider, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (LifecycleException exception)
            {
                Log.ReadingWithoutBacklog(Logger, Store.Address, exception);
                return;
            }
            catch (TimeoutException) when (Delivered is var now && now != delivered)
            {
                delivered = now;
            }
            catch (TimeoutException)
            {
                await abandon.CancelAsync().ConfigureAwait(false);
                Log.ReadingBeforeBacklog(Logger, Store.Address, ReadPatience.TotalSeconds, Pump.Status.BacklogPoints);
                return;
            }
        }
    }

    /// <summary>Points that the store has taken so far.</summary>
    private long Delivered => Pump.Logged - Pump.Status.BacklogPoints;

    private async Task DeliverAsync(CancellationToken cancellationToken)
    {
        await Pump.Recovered.WaitAsync(cancellationToken).ConfigureAwait(false);
        await Pump.FlushAsync(null, cancellationToken, tries: 1).ConfigureAwait(false);
    }

    /// <summary>What a stopping host waits for: everything delivered, or the shutdown time-out.</summary>
    internal async Task DrainAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _disposed) || !Volatile.Read(ref _started)) return;
        using var timeout = new CancellationTokenSource(_options.ShutdownTimeout, TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await Pump.FlushAsync(null, linked.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is LifecycleException or OperationCanceledException or ObjectDisposedException)
        {
            Log.HostStoppedBeforeDrained(Logger, Store.Address, exception);
        }
    }

    private async Task DisposeOnceAsync()
    {
        Volatile.Write(ref _disposed, true);
        // Leaves the lock that the caller holds, and a context (a window's thread) that the caller may block in Dispose.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await Pump.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            await Store.DisposeAsync().ConfigureAwait(false);
        }
    }

    internal async Task CloseAsync(Run run, RunJournal journal)
    {
        using var timeout = new CancellationTokenSource(_options.ShutdownTimeout, TimeProvider);
        try
        {
            await Pump.CloseAsync(journal, timeout.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is LifecycleException or OperationCanceledException or ObjectDisposedException)
        {
            Log.RunLeftInJournal(Logger, run.Id, Store.Address, exception);
        }
    }

    private ModelRegistry OpenRegistry()
    {
        var actor = Environment.UserName is { Length: > 0 } user ? user : "unknown";
        return Store.OpenRegistry(actor) ?? new LedgerModelRegistry(new RegistryLedger(Store, TimeProvider), actor, CatchUpAsync);
    }

    private static JournalSettings ToSettings(TrackingStore store, TrackerOptions options, TimeProvider timeProvider) => new()
    {
        Directory = Path.GetFullPath(
            options.JournalDirectory is { } shared ? Path.Combine(shared, StoreAddress.FolderName(store.Address)) : store.JournalDirectory),
        MaxBytes = options.MaxJournalBytes,
        FullPolicy = options.WhenJournalIsFull,
        Writes = options.JournalWrites,
        DrainInterval = options.DrainInterval,
        ShutdownTimeout = options.ShutdownTimeout,
        RecoverOrphans = options.RecoverOnOpen,
        TimeProvider = timeProvider,
    };
}
