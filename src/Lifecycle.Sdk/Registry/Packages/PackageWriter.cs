using System.IO.Compression;

namespace Lifecycle.Sdk;

/// <summary>
/// Writes a package beside its place and moves it there when it is whole, so that a half-written one never has the name that was asked for.
/// </summary>
internal abstract class PackageWriter : IAsyncDisposable
{
    private readonly string _path;
    private bool _isComplete;

    private PackageWriter(string path)
    {
        _path = path;
        Temporary = $"{path}.{Guid.NewGuid():N}.partial";
    }

    protected string Temporary { get; }

    /// <exception cref="IOException">There is something at the place already.</exception>
    public static PackageWriter Create(string path)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (File.Exists(path) || Directory.Exists(path)) throw new IOException($"'{path}' is there already: an export overwrites nothing.");
        if (Path.GetDirectoryName(path) is { } folder) Directory.CreateDirectory(folder);
        return PackageLayout.IsZip(path) ? new ToZip(path) : new ToFolder(path);
    }

    /// <summary>Opens a new file of the package for writing; one at a time.</summary>
    public abstract Stream Add(string name);

    /// <summary>Brings the package to its place.</summary>
    public async ValueTask<string> CompleteAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        if (this is ToZip) File.Move(Temporary, _path);
        else Directory.Move(Temporary, _path);
        _isComplete = true;
        return _path;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isComplete) return;
        await CloseAsync().ConfigureAwait(false);
        if (Directory.Exists(Temporary)) Directory.Delete(Temporary, recursive: true);
        else File.Delete(Temporary);
    }

    protected abstract ValueTask CloseAsync();

    private sealed class ToFolder : PackageWriter
    {
        public ToFolder(string path)
            : base(path) => Directory.CreateDirectory(Temporary);

        public override Stream Add(string name)
        {
            var path = Path.Combine(Temporary, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        }

        protected override ValueTask CloseAsync() => ValueTask.CompletedTask;
    }

    private sealed class ToZip : PackageWriter
    {
        private readonly ZipArchive _zip;
        private bool _isClosed;

        public ToZip(string path)
            : base(path) => _zip = new ZipArchive(new FileStream(Temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None), ZipArchiveMode.Create);

        public override Stream Add(string name) => _zip.CreateEntry(name, CompressionLevel.Fastest).Open();

        protected override async ValueTask CloseAsync()
        {
            if (_isClosed) return;
            _isClosed = true;
            await _zip.DisposeAsync().ConfigureAwait(false);
        }
    }
}
