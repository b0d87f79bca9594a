using System.Diagnostics;

namespace Lifecycle.Sdk.Tests.Support;

/// <summary>The test program started again for one explicit test, which finds its job in an environment variable.</summary>
internal static class ChildProcess
{
    private const string Variable = "LIFECYCLE_TEST_JOB";

    /// <summary>The job of this process; null if it is no child.</summary>
    public static string[]? Job => Environment.GetEnvironmentVariable(Variable)?.Split('|');

    /// <summary>Starts a child, whose output is to be read to the end.</summary>
    public static Process Start(Type type, string method, params string[] job)
    {
        var program = "Lifecycle.Sdk.Tests" + (OperatingSystem.IsWindows() ? ".exe" : "");
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, program))
        {
            RedirectStandardOutput = true,
            ArgumentList = { "-noColor", "-explicit", "only", "-method", $"{type.FullName}.{method}" },
        };
        start.Environment[Variable] = string.Join('|', job);
        return Process.Start(start)!;
    }
}
