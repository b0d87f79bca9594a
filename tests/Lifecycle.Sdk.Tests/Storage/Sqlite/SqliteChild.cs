using System.Diagnostics;
using System.Globalization;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Tests.Support;
using Xunit;
using static Lifecycle.Sdk.Tests.Storage.Sqlite.Batches;

namespace Lifecycle.Sdk.Tests.Storage.Sqlite;

/// <summary>
/// What child processes of the store tests do.
/// </summary>
public sealed class SqliteChild
{
    private const int PointsPerBatch = 50;

    /// <summary>Starts a child that applies batches to a run of its own and, with another series, to one run of all.</summary>
    public static Process Start(string file, RunId own, RunId shared, int batches) => ChildProcess.Start(
        typeof(SqliteChild), nameof(Apply_batches), file, own.ToString(), shared.ToString(), batches.ToString(CultureInfo.InvariantCulture));

    [Fact(Explicit = true)]
    public async Task Apply_batches()
    {
        if (ChildProcess.Job is not [var file, var own, var shared, var batches])
        {
            Assert.Skip("This is what child processes do; it needs a job.");
            return;
        }

        await using var store = new Sdk.Storage.Sqlite.SqliteStore(file);
        var writer = WriterId.New();
        await store.ApplyAsync(Batches.Start(RunId.Parse(own)));
        for (var i = 1; i <= int.Parse(batches, CultureInfo.InvariantCulture); i++)
        {
            var batch = Points(RunId.Parse(own), Series("loss", i * PointsPerBatch, PointsPerBatch)) with
            {
                Writer = writer,
                Sequence = i,
                Facts = [new TagSet("batches", i.ToString(CultureInfo.InvariantCulture))],
            };
            await store.ApplyAsync(batch);
            await store.ApplyAsync(batch with { Run = RunId.Parse(shared), Facts = [] });
            // What is on the pipe has been applied, whatever happens to this process.
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"applied {i}"));
            await Console.Out.FlushAsync();
        }
    }
}
