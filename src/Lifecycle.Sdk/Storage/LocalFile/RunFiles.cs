namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>A file of frames and its length when it was listed.</summary>
internal readonly record struct FrameFile(FrameFileName Name, string Path, long Length);

/// <summary>The frame files of one run that count, listed in one go.</summary>
internal static class RunFiles
{
    public const string Points = "points";

    /// <summary>
    /// Lists them: for each writer the sealed files that no other contains, in order, then its logs. Null if the run has no such folder; a link
    /// to one counts as none, because what it leads to is not the store's.
    /// </summary>
    public static List<FrameFile>? List(string runPath)
    {
        var all = new List<FrameFile>();
        var points = new DirectoryInfo(Path.Combine(runPath, Points));
        if (IsLink(runPath) || points.LinkTarget is not null) return null;
        try
        {
            foreach (var file in points.EnumerateFiles())
            {
                if (FrameFileName.TryParse(file.Name) is { } name) all.Add(new(name, file.FullName, file.Length));
            }
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
        catch (FileNotFoundException)
        {
            // A file was sealed and deleted between its name and its length: what replaced it is found by listing again.
            return List(runPath);
        }

        all.RemoveAll(file => file.Name.IsSealed && all.Exists(other => Contains(other.Name, file.Name)));
        all.Sort((a, b) => (a.Name.Writer, a.Name.IsSealed ? 0 : 1, a.Name.First).CompareTo((b.Name.Writer, b.Name.IsSealed ? 0 : 1, b.Name.First)));
        return all;
    }

    /// <summary>
    /// Whether batches are missing between the files of a writer: then either the list was made while a file was being replaced, or a file is gone.
    /// </summary>
    public static bool HasGap(List<FrameFile> files, IReadOnlyDictionary<string, WriterPosition> included)
    {
        foreach (var (writer, position) in included)
        {
            if (!files.Exists(f => f.Name.Writer == writer)) return position.Sequence > 0;
        }

        string? previousWriter = null;
        long last = 0;
        foreach (var file in files)
        {
            if (file.Name.Writer != previousWriter) last = 0;
            previousWriter = file.Name.Writer;
            if (file.Name.First > last + 1) return true;
            last = file.Name.Last ?? long.MaxValue - 1;
        }

        return false;
    }

    /// <summary>Whether a folder of the store is a link that leads elsewhere.</summary>
    public static bool IsLink(string path) => new DirectoryInfo(path).LinkTarget is not null;

    private static bool Contains(FrameFileName outer, FrameFileName inner) =>
        outer != inner && outer.IsSealed && outer.Writer == inner.Writer && outer.First <= inner.First && inner.Last <= outer.Last;
}
