using Microsoft.Extensions.Logging;

namespace Lifecycle.Sdk.Server;

/// <summary>
/// The users of a file, read again when it changes. The content is compared, not the time of writing: a time misses two changes in a row, and files that
/// Kubernetes mounts change behind a symbolic link that stays as it is. It is small, and looked at once in two seconds of traffic at most.
/// </summary>
internal sealed class UserDirectory
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _reading = new();
    private volatile UserTable _table;
    private byte[]? _content;
    private long _looked;

    /// <exception cref="InvalidDataException">The file is not one of users.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public UserDirectory(string path, TimeProvider time, ILogger logger)
    {
        (_path, _time, _logger) = (path, time, logger);
        _content = File.ReadAllBytes(path);
        _looked = time.GetTimestamp();
        try
        {
            _table = UserTable.Parse(_content);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"The users of '{path}' can't be read: {exception.Message}");
        }
    }

    public UserTable Current()
    {
        // One request looks; the others go on with what is there.
        if (_time.GetElapsedTime(Volatile.Read(ref _looked)) < LookEvery || !_reading.TryEnter()) return _table;
        try
        {
            Look();
            Volatile.Write(ref _looked, _time.GetTimestamp());
        }
        finally
        {
            _reading.Exit();
        }

        return _table;
    }

    private void Look()
    {
        try
        {
            var content = File.ReadAllBytes(_path);
            if (_content is not null && content.AsSpan().SequenceEqual(_content)) return;
            _content = content;
            _table = UserTable.Parse(content);
            SecurityLog.Reloaded(_logger, _path);
        }
        catch (InvalidDataException exception)
        {
            SecurityLog.Unreadable(_logger, _path, exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Said once, not every two seconds.
            if (_content is not null) SecurityLog.Unreadable(_logger, _path, exception.Message);
            _content = null;
        }
    }
}
