using System.ComponentModel;
using System.Diagnostics;

namespace Lifecycle.Sdk.Capture;

/// <summary>Asks git what only git knows: whether there are uncommitted changes, and which. Bounded in time and size; null when git can't say.</summary>
internal static class GitProcess
{
    private const int MaxDiffLength = 16 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task<bool?> IsDirtyAsync(GitRepository repository, TimeProvider timeProvider) =>
        await RunAsync(repository, timeProvider, "status", "--porcelain", "--untracked-files=no").ConfigureAwait(false) is { } status ? status.Length > 0 : null;

    public static Task<string?> DiffAsync(GitRepository repository, TimeProvider timeProvider) =>
        RunAsync(repository, timeProvider, "diff", "HEAD", "--no-ext-diff", "--no-color");

    private static async Task<string?> RunAsync(GitRepository repository, TimeProvider timeProvider, params string[] arguments)
    {
        var start = new ProcessStartInfo("git")
        {
            WorkingDirectory = repository.WorkTree,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        // A look must not write: without this, status refreshes the index and can collide with the user's own git.
        start.ArgumentList.Add("--no-optional-locks");
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            return null; // git is not installed
        }

        process.StandardInput.Close();
        using var timeout = new CancellationTokenSource(Patience, timeProvider);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            var output = await ReadBoundedAsync(process.StandardOutput, timeout.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(timeout.Token).ConfigureAwait(false);
            await errors.ConfigureAwait(false);
            return process.ExitCode == 0 ? output : null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static async Task<string> ReadBoundedAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var text = new System.Text.StringBuilder();
        var buffer = new char[16 << 10];
        int read;
        while ((read = await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (text.Length < MaxDiffLength) text.Append(buffer, 0, read);
        }

        return text.Length < MaxDiffLength ? text.ToString() : text.Append("\n[cut: the diff is longer than 16 Mi characters]\n").ToString();
    }
}
