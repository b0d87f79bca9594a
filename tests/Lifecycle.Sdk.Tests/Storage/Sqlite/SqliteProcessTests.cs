using System.Diagnostics;
using System.Globalization;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Tests.Support;
using Xunit;
using static Lifecycle.Sdk.Tests.Storage.Sqlite.Batches;

namespace Lifecycle.Sdk.Tests.Storage.Sqlite;

/// <summary>Several processes on one file.</summary>
public sealed class SqliteProcessTests : IDisposable
{
    private const int PointsPerBatch = 50;
    private readonly SqliteFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Sixteen_processes_log_into_one_file_without_an_error_while_others_read()
    {
        const int processes = 16, batches = 25;
        var shared = RunId.New();
        await using var store = _folder.Open();
        await store.ApplyAsync(Start(shared));
        var runs = Enumerable.Range(0, processes).Select(_ => RunId.New()).ToList();
        var children = runs.Select(run => SqliteChild.Start(_folder.File, run, shared, batches)).ToList();
        var outputs = children.Select(child => child.StandardOutput.ReadToEndAsync()).ToList();
        var last = 0;
        while (children.Any(child => !child.HasExited))
        {
            var seen = (await store.ReadAll(shared, "loss")).Count;
            Assert.True(seen >= last && seen % PointsPerBatch == 0, $"A reader saw {seen} points after {last}.");
            last = seen;
            await Task.WhenAny(Task.WhenAll(children.Select(child => child.WaitForExitAsync())),
                Task.Run(() => store.SearchRunsAsync(new RunQuery())));
        }

        for (var i = 0; i < processes; i++)
        {
            var output = await outputs[i];
            Assert.True(children[i].ExitCode == 0, output);
            Assert.Equal(batches * PointsPerBatch, (await store.ReadAll(runs[i], "loss")).Count);
            children[i].Dispose();
        }

        var all = await store.ReadAll(shared, "loss");
        Assert.Equal(processes * batches * PointsPerBatch, all.Count);
        Assert.Equal(all.Count, (await store.GetRunAsync(shared))!.Metrics["loss"].Count);
        Assert.Empty(await store.Verify());
    }

    [Fact]
    public async Task A_kill_in_the_middle_loses_no_batch_that_was_applied_and_tears_none()
    {
        for (var kills = 0; kills < 3; kills++)
        {
            var (own, shared) = (RunId.New(), RunId.New());
            await using (var store = _folder.Open()) await store.ApplyAsync(Start(shared));
            using var child = SqliteChild.Start(_folder.File, own, shared, 1_000_000);
            var (applied, wanted) = (0, 20 + (kills * 17));
            while (await child.StandardOutput.ReadLineAsync() is { } line)
            {
                if (!line.Contains("applied ", StringComparison.Ordinal)) continue;
                applied = int.Parse(line[(line.IndexOf("applied ", StringComparison.Ordinal) + 8)..], CultureInfo.InvariantCulture);
                if (applied == wanted) child.Kill();
            }

            await child.WaitForExitAsync();
            Assert.True(applied >= wanted, $"The child ended after {applied} batches.");
            await using var reopened = _folder.Open();
            var run = (await reopened.GetRunAsync(own))!;
            var stored = int.Parse(run.Tags["batches"], CultureInfo.InvariantCulture);
            Assert.InRange(stored, applied, applied + 1);
            Assert.Equal(stored * PointsPerBatch, (await reopened.ReadAll(own, "loss")).Count);
            Assert.Equal(stored * PointsPerBatch, run.Metrics["loss"].Count);
            Assert.Empty(await reopened.Verify());
        }
    }

    [Fact]
    public async Task Many_threads_of_one_process_write_and_read_at_once()
    {
        await using var store = _folder.Open();
        var runs = Enumerable.Range(0, 8).Select(_ => RunId.New()).ToList();
        await Task.WhenAll(runs.Select(run => Task.Run(async () =>
        {
            await store.ApplyAsync(Start(run));
            for (var i = 0; i < 20; i++)
            {
                await store.ApplyAsync(Points(run, Series("loss", i * 10, 10)));
                Assert.Equal((i + 1) * 10, (await store.ReadAll(run, "loss")).Count);
            }
        })));
        Assert.Equal(8, (await store.SearchRunsAsync(new RunQuery())).Items.Count);
    }

    [Fact]
    public async Task Stores_that_create_the_same_new_file_at_once_agree()
    {
        for (var round = 0; round < 5; round++)
        {
            using var folder = new SqliteFolder();
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
            {
                await using var store = folder.Open();
                await store.ApplyAsync(Start(RunId.New()));
            })));
            await using var reader = folder.Open();
            Assert.Equal(8, (await reader.SearchRunsAsync(new RunQuery())).Items.Count);
            Assert.Empty(await reader.Verify());
        }
    }

    [Fact]
    public async Task A_plain_Python_program_reads_every_point_bit_for_bit()
    {
        await using var store = _folder.Open();
        await SqliteFileTests.FillAsync(store, _folder);
        var script = Path.Combine(SourceTree.Tests, "Storage", "read_sqlite.py");
        Process? python;
        try
        {
            python = Process.Start(new ProcessStartInfo("python3")
            {
                ArgumentList = { script, _folder.File },
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("There is no python3 on this machine.");
            return;
        }

        var error = python!.StandardError.ReadToEndAsync();
        var lines = (await python.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.TrimEnd('\r'));
        await python.WaitForExitAsync();
        Assert.True(python.ExitCode == 0, await error);
        var expected = new List<string>();
        foreach (var run in (await store.SearchRunsAsync(new RunQuery())).Items)
        {
            foreach (var (name, value) in run.Params)
            {
                var text = value.ToString().Replace("\0", "\\0", StringComparison.Ordinal);
                expected.Add($"param\t{run.Id}\t{name}\t{value.Kind.ToString().ToLowerInvariant()}\t{text}");
            }

            foreach (var name in run.Metrics.Keys)
                expected.AddRange((await store.ReadAll(run.Id, name)).Bits()
                    .Select(p => $"point\t{run.Id}\t{name}\t{p.Item1}\t{p.Item2}\t{p.Item3:x16}"));
        }

        Assert.Equal(expected.Order(StringComparer.Ordinal), lines.Order(StringComparer.Ordinal));
        python.Dispose();
    }
}
