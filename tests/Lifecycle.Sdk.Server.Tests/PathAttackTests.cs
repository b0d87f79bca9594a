using Lifecycle.Sdk.Server.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Server.Tests;

/// <summary>Attacks by path. Targets are sent byte by byte, since HTTP clients tidy them up.</summary>
public sealed class PathAttackTests
{
    private const string Secret = "the-secret-outside-of-the-store";
    private static readonly string[] Methods = ["PUT", "GET", "DELETE", "LIST"];

    public static TheoryData<StoreKind, string, string> Attacks()
    {
        string[] paths =
        [
            "../../../secret.txt", "..%2f..%2f..%2fsecret.txt", "%2e%2e/%2e%2e/secret.txt", "%2E%2E%2Fsecret.txt", "%252e%252e%252fsecret.txt", "%25252e%25252e/secret.txt",
            "a/../../secret.txt", "a/%2e%2e/%2e%2e/secret.txt", "..%5c..%5csecret.txt", "..\\..\\secret.txt",
            "C:%5cWindows%5cwin.ini", "%5c%5chost%5cshare%5cfile", "secret.txt%00.png", "..%00/secret.txt",
        ];
        var attacks = new TheoryData<StoreKind, string, string>();
        foreach (var method in Methods)
        {
            foreach (var path in paths) attacks.Add(StoreKind.LocalFile, method, path);
            attacks.Add(StoreKind.Sqlite, method, paths[0]);
        }

        return attacks;
    }

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task A_path_that_leaves_its_run_is_refused(StoreKind kind, string method, string path)
    {
        await using var server = await TestServer.StartAsync(kind);
        var run = await server.NewRunAsync();
        var outside = Path.Combine(server.Folder, "secret.txt");
        await File.WriteAllTextAsync(outside, Secret);
        var target = method == "LIST" ? $"/api/2.0/mlflow/artifacts/list?run_id={run}&path={path.Replace("\\", "%5c", StringComparison.Ordinal)}" : TestServer.ArtifactPath(run, path);

        var answer = await server.SendTargetAsync(method == "LIST" ? "GET" : method, target, method == "PUT" ? "overwritten" : "");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, answer, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Folder, answer, StringComparison.Ordinal);
        Assert.DoesNotContain("<html", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(Secret, await File.ReadAllTextAsync(outside));
        Assert.Null((await server.CallAsync("GET", $"artifacts/list?run_id={run}"))["files"]);
        Assert.DoesNotContain(Directory.EnumerateFiles(server.Folder, "*", SearchOption.AllDirectories), file => Path.GetFileName(file) is "win.ini" or "passwd");
    }

    [Theory]
    [InlineData("../../../../secret.txt")]
    [InlineData("../../../../../../../../secret.txt")]
    public async Task A_path_that_leaves_the_proxy_itself_is_no_endpoint(string path)
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        foreach (var method in (string[])["PUT", "GET", "DELETE"])
            Assert.StartsWith("HTTP/1.1 404 ", await server.SendTargetAsync(method, TestServer.ArtifactPath(run, path)), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(server.Folder, "secret.txt")));
    }

    [Theory]
    [InlineData("%2fetc%2fpasswd")]
    [InlineData("%252fetc%252fpasswd")]
    [InlineData("//etc/passwd")]
    public async Task An_absolute_path_is_refused(string path)
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        foreach (var method in (string[])["PUT", "GET", "DELETE"])
            Assert.StartsWith("HTTP/1.1 400 ", await server.SendTargetAsync(method, TestServer.ArtifactPath(run, path)), StringComparison.Ordinal);
        Assert.Null((await server.CallAsync("GET", $"artifacts/list?run_id={run}"))["files"]);
    }

    [Theory]
    [InlineData("PUT", 400)]
    [InlineData("GET", 404)]
    [InlineData("DELETE", 404)]
    public async Task A_drive_is_no_place_for_an_artifact(string method, int status)
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        Assert.StartsWith(FormattableString.Invariant($"HTTP/1.1 {status} "), await server.SendTargetAsync(method, TestServer.ArtifactPath(run, "C:/Windows/win.ini"), method == "PUT" ? "x" : ""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task A_symbolic_link_in_the_folder_of_the_store_is_never_followed_out_of_it(string method)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows wants a privilege for symbolic links.");
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        Assert.Equal(200, (await server.SendAsync("PUT", TestServer.ArtifactPath(run, "a.txt"), "harmless")).Status);
        var outside = Path.Combine(server.Folder, "secret.txt");
        await File.WriteAllTextAsync(outside, Secret);
        var store = Path.Combine(server.Folder, "store");
        foreach (var folder in Directory.EnumerateDirectories(store, "*", SearchOption.AllDirectories).Prepend(store).ToList())
        {
            File.CreateSymbolicLink(Path.Combine(folder, "link.txt"), outside);
            Directory.CreateSymbolicLink(Path.Combine(folder, "up"), server.Folder);
        }

        foreach (var path in (string[])["link.txt", "up/secret.txt"])
        {
            var answer = await server.SendTargetAsync(method, TestServer.ArtifactPath(run, path));
            Assert.DoesNotContain(Secret, answer, StringComparison.Ordinal);
            Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
        }

        Assert.Equal(Secret, await File.ReadAllTextAsync(outside));
    }

    [Fact]
    public async Task A_content_that_was_replaced_by_a_link_to_elsewhere_is_not_served_whole()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows wants a privilege for symbolic links.");
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        var harmless = new string('h', Secret.Length);
        await server.SendAsync("PUT", TestServer.ArtifactPath(run, "a.txt"), harmless);
        var outside = Path.Combine(server.Folder, "secret.txt");
        await File.WriteAllTextAsync(outside, Secret);
        var contents = Directory.EnumerateFiles(server.Folder, "*", SearchOption.AllDirectories).Where(file => new FileInfo(file).Length == harmless.Length && file != outside).ToList();
        Assert.NotEmpty(contents);
        foreach (var content in contents)
        {
            File.Delete(content);
            File.CreateSymbolicLink(content, outside);
        }

        var answer = await server.SendTargetAsync("GET", TestServer.ArtifactPath(run, "a.txt"));

        Assert.DoesNotContain(Secret, answer, StringComparison.Ordinal);
    }
}
