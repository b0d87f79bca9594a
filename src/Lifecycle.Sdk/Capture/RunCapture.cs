using Microsoft.Extensions.Logging;

namespace Lifecycle.Sdk.Capture;

/// <summary>
/// Records with a run what the program did not log itself. All of it happens on background threads: the training thread starts no process,
/// reads no file and waits for none of it but, for a bounded time, at the end of the run.
/// </summary>
internal sealed class RunCapture : IDisposable
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(2);

    private readonly Run _run;
    private readonly CaptureOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _timeProvider;
    private readonly SystemMetrics? _systemMetrics;
    private readonly IDisposable? _console;
    private readonly Task _facts;

    private RunCapture(Run run, CaptureOptions options, TimeProvider timeProvider, ILogger logger)
    {
        _run = run;
        _options = options;
        _logger = logger;
        _timeProvider = timeProvider;
        if (options.SystemMetricsInterval is { } interval) _systemMetrics = new SystemMetrics(run, interval, timeProvider);
        if (options.Console) _console = ConsoleTee.Attach(new TextParts(run, "console", timeProvider, logger));
        // On a thread of its own: reading files must not take one of the program's pool, nor wait for it.
        _facts = options is { Machine: false, Program: false, User: false, Git: false, UncommittedDiff: false }
            ? Task.CompletedTask
            : Task.Factory.StartNew(CaptureFactsAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
    }

    public static RunCapture Start(Run run, CaptureOptions options, TimeProvider timeProvider, ILogger logger) =>
        new(run, options, timeProvider, logger);

    /// <summary>Stops everything that goes on, lets the last lines through and waits a little for facts that are still being gathered.</summary>
    public void Dispose()
    {
        _systemMetrics?.Dispose();
        _console?.Dispose();
        try
        {
            if (!_facts.Wait(EndPatience)) Log.CaptureFailed(_logger, "the environment in time", _run.Id, new TimeoutException());
        }
        catch (AggregateException)
        {
            // CaptureFactsAsync reports each failure itself; a cancelled task has nothing to add.
        }
    }

    private async Task CaptureFactsAsync()
    {
        if (_options.Machine) SetTags("the machine", MachineFacts.Collect);
        if (_options.Program) SetTags("the program", ProgramFacts.Collect);
        if (_options.User) SetTags("the user", () => [("mlflow.user", Environment.UserName)]);
        if (!_options.Git && !_options.UncommittedDiff) return;
        var repository = GitRepository.Find(Environment.CurrentDirectory) ?? GitRepository.Find(AppContext.BaseDirectory);
        if (repository is null) return;
        if (_options.Git) SetTags("git", repository.Describe);
        await Attempt("uncommitted changes", () => CaptureChangesAsync(repository)).ConfigureAwait(false);
    }

    private async Task CaptureChangesAsync(GitRepository repository)
    {
        if (_options.Git && await GitProcess.IsDirtyAsync(repository, _timeProvider).ConfigureAwait(false) is { } dirty)
            _run.SetTag("lifecycle.git.dirty", dirty ? "true" : "false");
        if (!_options.UncommittedDiff) return;
        var diff = await GitProcess.DiffAsync(repository, _timeProvider).ConfigureAwait(false);
        if (diff is { Length: > 0 }) await _run.LogTextAsync(diff, "git/uncommitted.diff").ConfigureAwait(false);
    }

    private void SetTags(string what, Func<IReadOnlyList<(string Name, string Value)>> collect)
    {
        try
        {
            foreach (var (name, value) in collect())
            {
                if (value.Length > 0) _run.SetTag(name, value);
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Log.CaptureFailed(_logger, what, _run.Id, exception);
        }
    }

    // A capture that fails must not touch the run: whatever goes wrong is one debug line.
    private async Task Attempt(string what, Func<Task> capture)
    {
        try
        {
            await capture().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Log.CaptureFailed(_logger, what, _run.Id, exception);
        }
    }
}
