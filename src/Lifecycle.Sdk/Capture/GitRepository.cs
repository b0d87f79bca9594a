namespace Lifecycle.Sdk.Capture;

/// <summary>Reads what a run needs to know of a git repository straight from its files; git itself need not be installed.</summary>
internal sealed class GitRepository
{
    private readonly string _gitDirectory;
    private readonly string _commonDirectory;

    private GitRepository(string workTree, string gitDirectory)
    {
        WorkTree = workTree;
        _gitDirectory = gitDirectory;
        // A linked work tree keeps its HEAD apart, but branches and configuration in the main repository.
        _commonDirectory = ReadLine(Path.Combine(gitDirectory, "commondir")) is { } common ? Path.GetFullPath(common, gitDirectory) : gitDirectory;
    }

    public string WorkTree { get; }

    /// <summary>The repository that a folder lies in; null if none.</summary>
    public static GitRepository? Find(string folder)
    {
        for (var directory = new DirectoryInfo(folder); directory is not null; directory = directory.Parent)
        {
            var git = Path.Combine(directory.FullName, ".git");
            if (Directory.Exists(git)) return new GitRepository(directory.FullName, git);
            if (ReadLine(git) is { } line && line.StartsWith("gitdir:", StringComparison.Ordinal))
                return new GitRepository(directory.FullName, Path.GetFullPath(line["gitdir:".Length..].Trim(), directory.FullName));
        }

        return null;
    }

    public IReadOnlyList<(string Name, string Value)> Describe()
    {
        var (branch, commit) = ReadHead();
        return
        [
            ("mlflow.source.git.commit", commit ?? ""),
            ("mlflow.source.git.branch", branch ?? ""),
            ("mlflow.source.git.repoURL", ReadRemote() is { } url ? ProgramFacts.MaskAddress(url) : ""),
        ];
    }

    /// <summary>The branch (null when detached) and the commit (null before the first one).</summary>
    public (string? Branch, string? Commit) ReadHead()
    {
        var head = ReadLine(Path.Combine(_gitDirectory, "HEAD"));
        if (head is null) return (null, null);
        if (!head.StartsWith("ref:", StringComparison.Ordinal)) return (null, head);
        var reference = head["ref:".Length..].Trim();
        const string heads = "refs/heads/";
        var branch = reference.StartsWith(heads, StringComparison.Ordinal) ? reference[heads.Length..] : reference;
        return (branch, ReadLine(Path.Combine(_gitDirectory, reference)) ?? ReadLine(Path.Combine(_commonDirectory, reference)) ?? ReadPacked(reference));
    }

    private string? ReadPacked(string reference)
    {
        var path = Path.Combine(_commonDirectory, "packed-refs");
        if (!File.Exists(path)) return null;
        foreach (var line in File.ReadLines(path))
        {
            if (line.Length > 41 && line[0] != '#' && line.EndsWith(reference, StringComparison.Ordinal) && line.IndexOf(' ', StringComparison.Ordinal) is var space
                && space > 0 && line[(space + 1)..] == reference)
            {
                return line[..space];
            }
        }

        return null;
    }

    private string? ReadRemote()
    {
        var path = Path.Combine(_commonDirectory, "config");
        if (!File.Exists(path)) return null;
        var inOrigin = false;
        foreach (var raw in File.ReadLines(path))
        {
            var line = raw.Trim();
            if (line.StartsWith('[')) inOrigin = line == "[remote \"origin\"]";
            else if (inOrigin && line.StartsWith("url", StringComparison.Ordinal) && line.IndexOf('=', StringComparison.Ordinal) is var equals && equals > 0)
                return line[(equals + 1)..].Trim();
        }

        return null;
    }

    private static string? ReadLine(string path)
    {
        try
        {
            return File.Exists(path) && File.ReadLines(path).FirstOrDefault() is { Length: > 0 } line ? line.Trim() : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
