using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Sdk.Capture;

/// <summary>
/// Collects lines of text into the run as artifacts <c>FOLDER/part-00001.txt</c>, …: a part is logged when it has 256 KiB or after a pause that grows from 5
/// seconds to 5 minutes, so that a kill loses little and a long run does not get thousands of files. Writing never touches the disk and never waits.
/// </summary>
internal sealed class TextParts : IDisposable
{
    private const int PartLength = 256 << 10;
    private const int MaxPending = 16 << 20;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    private readonly Run _run;
    private readonly string _folder;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _flushing = new(1, 1);
    private readonly ITimer _timer;
    private StringBuilder _pending = new();
    private long _skipped;
    private int _parts;
    private TimeSpan _pause = FirstPause;
    private bool _flushQueued;
    private bool _disposed;

    public TextParts(Run run, string folder, TimeProvider timeProvider, ILogger logger)
    {
        _run = run;
        _folder = folder;
        _logger = logger;
        _timer = timeProvider.CreateTimer(static state => ((TextParts)state!).OnPause(), this, FirstPause, Timeout.InfiniteTimeSpan);
    }

    public void Write(ReadOnlySpan<char> text)
    {
        lock (_gate)
        {
            if (_disposed) return;
            if (_pending.Length + text.Length > MaxPending) _skipped += text.Length;
            else _pending.Append(text);
            if (_pending.Length < PartLength || _flushQueued) return;
            _flushQueued = true;
        }

        _ = Task.Run(FlushAsync);
    }

    /// <summary>Logs what is left, waiting no longer than 5 seconds.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
        }

        _timer.Dispose();
        // On the pool: the caller may be on a thread whose synchronisation context it would block.
        Task.Run(FlushAsync).Wait(EndPatience);
    }

    private void OnPause()
    {
        _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        _ = Task.Run(FlushAsync);
        lock (_gate)
        {
            if (!_disposed) _timer.Change(_pause, Timeout.InfiniteTimeSpan);
        }
    }

    private async Task FlushAsync()
    {
        await _flushing.WaitAsync().ConfigureAwait(false);
        try
        {
            if (TakePending() is not { } text) return;
            var path = string.Create(CultureInfo.InvariantCulture, $"{_folder}/part-{++_parts:D5}.txt");
            await _run.LogCapturedAsync(text, path).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            Log.CaptureFailed(_logger, _folder, _run.Id, exception);
        }
        finally
        {
            _flushing.Release();
        }
    }

    private string? TakePending()
    {
        lock (_gate)
        {
            _flushQueued = false;
            if (_pending.Length == 0 && _skipped == 0) return null;
            if (_skipped > 0) _pending.Append(CultureInfo.InvariantCulture, $"\n[{_skipped} characters were not captured: the disk was too slow]\n");
            var text = _pending.ToString();
            _pending = new StringBuilder();
            _skipped = 0;
            return text;
        }
    }
}
