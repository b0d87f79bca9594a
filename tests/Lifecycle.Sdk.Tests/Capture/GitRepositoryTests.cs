using Lifecycle.Sdk.Capture;
using Lifecycle.Sdk.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Tests.Capture;

public sealed class GitRepositoryTests : IDisposable
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_below_the_work_tree_finds_the_repository_and_its_branch()
    {
        Write(".git/HEAD", "ref: refs/heads/feature/x\n");
        Write(".git/refs/heads/feature/x", Commit + "\n");
        var deep = Directory.CreateDirectory(_folder["a/b/c"]).FullName;
        Assert.Equal(("feature/x", Commit), GitRepository.Find(deep)!.ReadHead());
    }

    [Fact]
    public void A_packed_branch_is_found_by_its_whole_name()
    {
        Write(".git/HEAD", "ref: refs/heads/main\n");
        Write(".git/packed-refs", $"# pack-refs with: peeled\n{new string('f', 40)} refs/heads/other/refs/heads/main\n{Commit} refs/heads/main\n");
        Assert.Equal(("main", Commit), GitRepository.Find(_folder.Path)!.ReadHead());
    }

    [Fact]
    public void A_detached_head_has_a_commit_and_no_branch()
    {
        Write(".git/HEAD", Commit);
        Assert.Equal((null, Commit), GitRepository.Find(_folder.Path)!.ReadHead());
    }

    [Fact]
    public void A_branch_without_commits_has_no_commit()
    {
        Write(".git/HEAD", "ref: refs/heads/main");
        Assert.Equal(("main", null), GitRepository.Find(_folder.Path)!.ReadHead());
    }

    [Fact]
    public void A_linked_work_tree_reads_branches_of_the_main_repository()
    {
        Write("main/.git/refs/heads/side", Commit);
        Write("main/.git/worktrees/side/HEAD", "ref: refs/heads/side");
        Write("main/.git/worktrees/side/commondir", "../..");
        Write("side/.git", $"gitdir: {_folder["main/.git/worktrees/side"]}");
        Assert.Equal(("side", Commit), GitRepository.Find(_folder["side"])!.ReadHead());
    }

    [Fact]
    public void The_remote_address_loses_its_secrets()
    {
        Write(".git/HEAD", Commit);
        Write(".git/config", "[core]\n\turl = no\n[remote \"origin\"]\n\turl = https://user:secret@example.org/x.git\n");
        Assert.Contains(("mlflow.source.git.repoURL", "https://***@example.org/x.git"), GitRepository.Find(_folder.Path)!.Describe());
    }

    [Fact]
    public void Garbage_is_no_repository_and_no_error()
    {
        Write(".git/HEAD", "\0\0\0");
        Assert.NotNull(GitRepository.Find(_folder.Path)!.Describe());
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllText(_folder[name], text);
    }
}
