namespace Lifecycle.Sdk.Benchmarks.Figures;

/// <summary>A folder for one figure, removed after it. On the disk that the project lies on, unless the figure is of searching what is in memory anyway.</summary>
internal sealed class ScratchFolder(bool inMemory = false) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateDirectory(
        Path.Combine(inMemory ? Memory : Path.Combine(AppContext.BaseDirectory, "scratch"), $"lifecycle-bench-{Guid.NewGuid():N}"));

    /// <summary>A file system in memory, where there is one: making 100,000 runs safe from power loss on a real disk takes minutes.</summary>
    public static string Memory { get; } = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

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
