using System.Diagnostics;
using Xunit;

namespace Lifecycle.Sdk.Server.Tests.Support;

/// <summary>The server in a process of its own: this test program started again, so that its memory can be told from a client's.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    public const string Variable = "LIFECYCLE_TEST_SERVER";
    public const string Ready = "serving at ";
    private readonly Process _process;

    private ServerProcess(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    /// <summary>The most memory that the process has had at once, in bytes.</summary>
    public long PeakWorkingSet
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64;
        }
    }

    public static async Task<ServerProcess> StartAsync(StoreKind kind, string folder)
    {
        var program = "Lifecycle.Sdk.Server.Tests" + (OperatingSystem.IsWindows() ? ".exe" : "");
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, program))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            ArgumentList = { "-noColor", "-explicit", "only", "-method", $"{typeof(ServerChild).FullName}.{nameof(ServerChild.Serve)}" },
        };
        start.Environment[Variable] = $"{kind}|{folder}";
        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            var at = line.IndexOf(Ready, StringComparison.Ordinal);
            if (at >= 0) return new ServerProcess(process, new Uri(line[(at + Ready.Length)..].Trim()));
        }

        throw new InvalidOperationException($"The server ended with {process.ExitCode} before it began.");
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}

/// <summary>What the process of a server does.</summary>
public sealed class ServerChild
{
    /// <summary>Serves until its standard input ends, which it also does when the test is killed.</summary>
    [Fact(Explicit = true)]
    public async Task Serve()
    {
        if (Environment.GetEnvironmentVariable(ServerProcess.Variable)?.Split('|') is not [var kind, var folder])
        {
            Assert.Skip("This is what child processes do; it needs a job.");
            return;
        }

        await using var app = await TestServer.StartAppAsync(Enum.Parse<StoreKind>(kind), folder);
        Console.WriteLine(ServerProcess.Ready + app.Urls.First());
        await Console.In.ReadToEndAsync(TestContext.Current.CancellationToken);
        await app.StopAsync(TestContext.Current.CancellationToken);
    }
}
