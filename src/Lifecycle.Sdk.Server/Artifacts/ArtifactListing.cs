using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>Makes one level of a folder tree out of a flat list of artifacts.</summary>
internal static class ArtifactListing
{
    /// <param name="artifacts">All artifacts, in ordinal order.</param>
    /// <param name="folder">The folder that is listed; empty for the root. A file, or nothing at all, has no children.</param>
    /// <param name="isRelative">Whether paths are given relative to the folder, else from the root.</param>
    /// <param name="isDialect">Whether digests and times are wanted.</param>
    public static IReadOnlyList<WireFile> Of(IReadOnlyList<ArtifactInfo> artifacts, string folder, bool isRelative, bool isDialect)
    {
        var prefix = folder.Length == 0 ? "" : folder + "/";
        var files = new List<WireFile>();
        var folders = new HashSet<string>(StringComparer.Ordinal);
        foreach (var artifact in artifacts)
        {
            var path = artifact.Path.ToString();
            if (!path.StartsWith(prefix, StringComparison.Ordinal)) continue;
            var slash = path.IndexOf('/', prefix.Length);
            var end = slash < 0 ? path.Length : slash;
            var shown = isRelative ? path[prefix.Length..end] : path[..end];
            if (slash >= 0)
            {
                if (folders.Add(shown)) files.Add(new WireFile(shown, IsDir: true));
            }
            else
            {
                files.Add(isDialect
                    ? new WireFile(shown, IsDir: false, artifact.Size, artifact.Digest.ToString(), artifact.Time.ToUnixTimeMilliseconds())
                    : new WireFile(shown, IsDir: false, artifact.Size));
            }
        }

        return files;
    }

    /// <summary>Whether a path is a folder's own, or below it.</summary>
    public static bool IsWithin(string path, string folder) =>
        folder.Length == 0 || path == folder || (path.StartsWith(folder, StringComparison.Ordinal) && path[folder.Length] == '/');
}
