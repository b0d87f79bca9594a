using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Lifecycle.Sdk.Server.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Server.Tests;

/// <summary>Hundreds of calls in the order and the words of MLflow's own Python clients, from Python.</summary>
public sealed partial class StockClientTests
{
    [Theory]
    [InlineData(StoreKind.LocalFile)]
    [InlineData(StoreKind.Sqlite)]
    public async Task Every_check_of_the_stock_client_passes(StoreKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        using var python = Start(server.Address);
        var errors = python.StandardError.ReadToEndAsync();
        var output = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();

        var last = Closing().Match(output);
        Assert.True(last.Success, output + await errors);
        Assert.True(last.Groups["failed"].Value == "0", output);
        Assert.True(int.Parse(last.Groups["passed"].Value, CultureInfo.InvariantCulture) > 300, output);
        Assert.Equal(0, python.ExitCode);
    }

    private static Process Start(Uri address)
    {
        var script = Path.Combine(Root(), "tests", "Lifecycle.Sdk.Server.Tests", "stock_client.py");
        var start = new ProcessStartInfo("python3") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(script);
        start.ArgumentList.Add(address.ToString());
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("There is no python3 on this machine.");
            throw;
        }
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Lifecycle.Sdk.sln"))) return folder.FullName;
        }

        throw new DirectoryNotFoundException("The tests do not run below the repository.");
    }

    [GeneratedRegex(@"(?<passed>\d+) passed, (?<failed>\d+) failed\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Closing();
}
