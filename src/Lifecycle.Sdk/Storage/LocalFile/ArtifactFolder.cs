namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>
/// The artifacts of a run under their own names: hard links to the contents, or copies where the file system has none. This is a view for people;
/// the library reads contents by digest, so whatever happens here can't give a wrong one.
/// </summary>
internal sealed class ArtifactFolder(StoreLayout layout, StoreFiles files)
{
    private const string Name = "artifacts";

    /// <summary>Makes sure that artifacts can be seen in the run's folder.</summary>
    public void Link(string runPath, IEnumerable<ArtifactInfo> artifacts)
    {
        foreach (var artifact in artifacts)
        {
            try
            {
                Link(runPath, artifact);
            }
            catch (Exception e) when (e is UnauthorizedAccessException or IOException)
            {
                // A name that this file system can't hold, or somebody else's folder: the content is safe under its digest.
            }
        }
    }

    /// <summary>Takes artifacts that were removed out of the run's folder again.</summary>
    public void Unlink(string runPath, IEnumerable<ArtifactPath> paths)
    {
        foreach (var path in paths)
        {
            var target = TargetOf(runPath, path);
            if (!IsPlainPath(runPath, target)) continue;
            files.TryDelete(target);
            DeleteEmptyFolders(runPath, Path.GetDirectoryName(target)!);
        }
    }

    private static string TargetOf(string runPath, ArtifactPath path) => Path.Combine(runPath, Name, path.ToString().Replace('/', Path.DirectorySeparatorChar));

    private static void DeleteEmptyFolders(string runPath, string folder)
    {
        try
        {
            for (; folder.Length > Path.Combine(runPath, Name).Length && !Directory.EnumerateFileSystemEntries(folder).Any(); folder = Path.GetDirectoryName(folder)!)
                Directory.Delete(folder);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // Somebody else's, or gone already.
        }
    }

    private void Link(string runPath, ArtifactInfo artifact)
    {
        var content = layout.Content(artifact.Digest);
        if (!File.Exists(content)) return;
        var target = TargetOf(runPath, artifact.Path);
        if (!IsPlainPath(runPath, target)) return;
        if (File.Exists(target))
        {
            if (IsSame(target, content, artifact)) return;
            files.TryDelete(target);
        }

        files.CreateDirectory(Path.GetDirectoryName(target)!);
        files.BeforeChange?.Invoke("link", target);
        if (NativeFiles.TryCreateHardLink(content, target)) return;
        var temporary = StoreFiles.TemporaryName(target);
        File.Copy(content, temporary);
        files.Rename(temporary, target);
    }

    /// <summary>Whether nothing between the run's folder and the target is a link that leads elsewhere.</summary>
    private static bool IsPlainPath(string runPath, string target)
    {
        if (new FileInfo(target).LinkTarget is not null) return false;
        for (var folder = Path.GetDirectoryName(target); folder is not null && folder.Length > runPath.Length; folder = Path.GetDirectoryName(folder))
        {
            if (new DirectoryInfo(folder).LinkTarget is not null) return false;
        }

        return true;
    }

    private static bool IsSame(string target, string content, ArtifactInfo artifact)
    {
        var (a, b) = (new FileInfo(target), new FileInfo(content));
        return a.Length == artifact.Size && a.LastWriteTimeUtc == b.LastWriteTimeUtc;
    }
}
