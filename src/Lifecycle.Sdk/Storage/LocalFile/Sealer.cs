using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>
/// Merges the many small frames of a log into a sealed file with large blocks. The sealed file appears by a rename and its name says which batches it
/// holds, so that from that moment the log's frames do not count: a crash at any step neither loses nor doubles a point.
/// </summary>
internal static class Sealer
{
    private const int MaxFrames = 256;
    private const int MinFrames = 8;
    private const int GoodBlock = PointCodec.MaxCount / 2;
    private const int FrameLength = 4 * 1024 * 1024;

    /// <summary>Earlier sealed files are merged again while they are at most this many times as long as the log, so that each point is merged O(log n) times.</summary>
    private const int MergeRatio = 4;

    /// <summary>Whether it pays to seal a log. One that is damaged is read in vain: not again before it has twice as many frames.</summary>
    public static bool IsWorthwhile(WriterLog log, bool runEnded)
    {
        var enough = Math.Max(runEnded ? MinFrames : MaxFrames, 2 * log.UnsealableFrameCount);
        return log.FrameCount >= enough && (log.BlockCount == 0 || log.PointCount / log.BlockCount < GoodBlock);
    }

    /// <summary>
    /// Seals a writer's log. The run's lock is held and <c>run.json</c> includes the log.
    /// </summary>
    /// <returns>Whether it was sealed; a damaged log is left as it is.</returns>
    public static bool TrySeal(StoreFiles files, string runPath, WriterLog log)
    {
        var inputs = ChooseInputs(runPath, log);
        if (inputs.Count == 0) return false;
        var name = new FrameFileName(log.Writer, inputs[0].Name.First, log.LastSequence);
        var path = Path.Combine(runPath, RunFiles.Points, name.ToString());
        var temporary = StoreFiles.TemporaryName(path);
        try
        {
            if (!TryWrite(files, inputs, log, temporary))
            {
                log.UnsealableFrameCount = log.FrameCount;
                files.TryDelete(temporary);
                return false;
            }

            files.Rename(temporary, path);
        }
        catch (Exception e) when (StoreFiles.IsOfTheDisk(e))
        {
            StoreFiles.DropFailed(temporary);
            throw;
        }

        log.StartAnew();
        foreach (var input in inputs) files.TryDelete(input.Path);
        return true;
    }

    private static List<FrameFile> ChooseInputs(string runPath, WriterLog log)
    {
        var mine = RunFiles.List(runPath)!.FindAll(f => f.Name.Writer == log.Writer);
        var inputs = mine.FindAll(f => f.Name.ToString() == log.FileName);
        var size = inputs.Sum(f => f.Length);
        foreach (var file in Enumerable.Reverse(mine).Where(f => f.Name.IsSealed))
        {
            if (inputs.Count == 0 || file.Name.Last + 1 != inputs[0].Name.First || file.Length > MergeRatio * size) break;
            inputs.Insert(0, file);
            size += file.Length;
        }

        return inputs;
    }

    private static bool TryWrite(StoreFiles files, List<FrameFile> inputs, WriterLog log, string temporary)
    {
        var open = new List<SafeFileHandle>();
        try
        {
            var frames = new List<(Frame Frame, SafeFileHandle File)>();
            foreach (var input in inputs)
            {
                var file = StoreFiles.OpenRead(input.Path);
                open.Add(file);
                var reader = new FrameReader(file, 0, RandomAccess.GetLength(file));
                while (reader.Next() is { } frame) frames.Add((frame, file));
                if (reader.Damages.Count > 0) return false;
            }

            if (frames.Zip(frames.Skip(1)).Any(pair => pair.Second.Frame.Header.Sequence < pair.First.Frame.Header.Sequence)) return false;
            using var output = new SealedWriter(files, temporary);
            return output.TryWrite(frames, log, FrameLength);
        }
        finally
        {
            foreach (var file in open) file.Dispose();
        }
    }
}
