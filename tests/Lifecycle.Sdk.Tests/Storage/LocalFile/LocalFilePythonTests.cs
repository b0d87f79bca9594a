using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Tests.Storage.LocalFile;

/// <summary>The format page is enough: a reader in plain Python, written from it, gets every point back bit for bit.</summary>
public sealed class LocalFilePythonTests
{
    [Fact]
    public async Task A_reader_in_plain_Python_gets_every_point_bit_for_bit()
    {
        Assert.SkipUnless(HasPython(), "There is no python3 on this machine.");
        await using var temp = new TempStore();
        var store = temp.Open();
        var random = new Random(7);
        var runs = new[] { RunId.Parse("run-a"), RunId.Parse("Run-A") };
        foreach (var run in runs)
        {
            var writer = WriterId.New();
            await store.ApplyAsync(TempStore.Begin(run, writer, "größe", new ParamLogged("p", double.NaN)));
            for (var i = 0; i < 12; i++) await store.ApplyAsync(Odd(run, writer, i + 2, random));
            if (run == runs[0]) await store.ApplyAsync(TempStore.End(run, writer, 20));
            await store.ApplyAsync(new RunBatch
            {
                Run = run,
                Writer = WriterId.New(),
                Sequence = 1,
                Attempt = 2,
                Time = TempStore.Start,
                Facts = [new RunResumed(50)],
                Points = [TempStore.Series("loss", 50, 1, 2)],
            });
            await store.ApplyAsync(Odd(run, writer, 21, random));
        }

        var expected = new List<string>();
        foreach (var run in runs)
        {
            foreach (var key in (await store.GetRunAsync(run))!.Metrics.Keys)
            {
                await foreach (var block in store.ReadPointsAsync(run, key, PointRange.All))
                {
                    for (var i = 0; i < block.Count; i++)
                        expected.Add(Line(run, key, block.Attempt, block[i].Step, block[i].UnixTimeMilliseconds, BitConverter.DoubleToInt64Bits(block[i].Value).ToString("x16", CultureInfo.InvariantCulture)));
                }
            }
        }

        var actual = new List<string>();
        foreach (var line in Run(temp.Root).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var json = JsonDocument.Parse(line);
            var p = json.RootElement;
            actual.Add(Line(RunId.Parse(p[0].GetString()!), p[1].GetString()!, p[2].GetInt64(), p[3].GetInt64(), p[4].GetInt64(), p[5].GetString()!));
        }

        Assert.True(expected.Count > 500);
        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
    }

    private static string Line(RunId run, string key, long attempt, long step, long time, string bits) =>
        string.Create(CultureInfo.InvariantCulture, $"{run}|{key}|{attempt}|{step}|{time}|{bits}");

    private static RunBatch Odd(RunId run, WriterId writer, long sequence, Random random)
    {
        double[] special = [double.NaN, double.PositiveInfinity, -0.0, double.Epsilon, BitConverter.Int64BitsToDouble(0x7FF8000000000123), -1e300];
        double[] smooth = [.. Enumerable.Range(0, 100).Select(i => (double)(float)(1.0 / (1 + i)))];
        double[] noise = [.. Enumerable.Range(0, 70).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)))];
        long[] far = [.. noise.Select(_ => random.NextInt64(long.MinValue, long.MaxValue))];
        return TempStore.Points(run, writer, sequence, 0) with
        {
            Points = [TempStore.Series("loss", sequence, special), TempStore.Series("loss{subset=größe}", -sequence, smooth), new("noise", far, far, noise)],
        };
    }

    private static string Run(string root)
    {
        var info = new ProcessStartInfo("python3", [Path.Combine(SourceTree.Tests, "Storage", "read_localfile.py"), root]) { RedirectStandardOutput = true, RedirectStandardError = true };
        info.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        using var python = Process.Start(info)!;
        var error = python.StandardError.ReadToEndAsync();
        var output = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        Assert.True(python.ExitCode == 0, error.Result);
        return output;
    }

    private static bool HasPython()
    {
        try
        {
            using var python = Process.Start(new ProcessStartInfo("python3", "--version") { RedirectStandardOutput = true })!;
            python.WaitForExit();
            return python.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
