namespace Lifecycle.Sdk.Benchmarks.Figures;

/// <summary>A folder for one figure, removed after it. On the disk that the project lies on, not on a memory file system.</summary>
internal sealed class ScratchFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateDirectory(
        Path.Combine(AppContext.BaseDirectory, "scratch", Guid.NewGuid().ToString("N")));

    /// <summary>Nothing is captured: the figure is about what the program logs.</summary>
    public static RunOptions Quiet { get; } = new()
    {
        Capture = new CaptureOptions { Git = false, Program = false, Machine = false, User = false },
    };

    public string Store(string name) => Path.Combine(_folder.FullName, name);

    public void Dispose()
    {
        foreach (var file in _folder.EnumerateFiles("*", SearchOption.AllDirectories)) file.Attributes = FileAttributes.Normal;
        _folder.Delete(recursive: true);
    }
}
