using System.IO.MemoryMappedFiles;
using System.Text;

namespace Lifecycle.Sdk.CrashLab;

/// <summary>
/// What the child says has returned, in a mapped file that outlives it: per run its id, whether it was completed, how many tags and artifacts
/// were logged, and per thread how many points. Each number is written after the call that it counts.
/// </summary>
internal sealed class Progress : IDisposable
{
    public const int MaxRuns = 512;
    public const int MaxThreads = 64;

    // Threads have cache lines of their own, so that the lab does not slow down what it watches.
    private const int Line = 128;
    private const int RunBytes = Line * (2 + MaxThreads);
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public Progress(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, (long)RunBytes * MaxRuns);
        _view = _file.CreateViewAccessor();
    }

    public void SetRun(int run, RunId id)
    {
        var bytes = Encoding.ASCII.GetBytes(id.ToString());
        _view.WriteArray(At(run) + 1, bytes, 0, bytes.Length);
        _view.Write(At(run), (byte)bytes.Length);
    }

    /// <summary>The run in a slot; null if the child did not come that far.</summary>
    public RunId? GetRun(int run)
    {
        var bytes = new byte[_view.ReadByte(At(run))];
        if (bytes.Length == 0) return null;
        _view.ReadArray(At(run) + 1, bytes, 0, bytes.Length);
        return RunId.Parse(Encoding.ASCII.GetString(bytes));
    }

    public void SetCompleted(int run) => _view.Write(At(run) + Line, 1L);

    public bool IsCompleted(int run) => _view.ReadInt64(At(run) + Line) != 0;

    public void SetTags(int run, long count) => _view.Write(At(run) + Line + 8, count);

    public long GetTags(int run) => _view.ReadInt64(At(run) + Line + 8);

    public void SetArtifacts(int run, long count) => _view.Write(At(run) + Line + 16, count);

    public long GetArtifacts(int run) => _view.ReadInt64(At(run) + Line + 16);

    public void SetPoints(int run, int thread, long count) => _view.Write(At(run) + (Line * (2 + thread)), count);

    public long GetPoints(int run, int thread) => _view.ReadInt64(At(run) + (Line * (2 + thread)));

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private static long At(int run) => (long)RunBytes * run;
}
