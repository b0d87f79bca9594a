using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Serialization;
using Lifecycle.Sdk;

// Logs, is killed, recovers and reads back, for each local provider. Published as a native program it proves that nothing needs reflection.
//   (no arguments)    run everything; exit code 0 if all is well
//   child STORE       log until killed
const int Points = 20_000;

if (args is ["child", var childStore]) return Child(childStore);

var folder = Directory.CreateTempSubdirectory("lifecycle-aot-").FullName;
try
{
    var failures = 0;
    foreach (var store in new[] { Path.Combine(folder, "runs"), Path.Combine(folder, "lifecycle.db") })
    {
        if (await SurvivesKillAsync(store) is not { } fault) continue;
        Console.WriteLine($"FAILED {Path.GetFileName(store)}: {fault}");
        failures++;
    }

    Console.WriteLine(failures == 0 ? "logged, killed, recovered and read back: all points there" : $"{failures} stores failed");
    return failures;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

static int Child(string store)
{
    var clock = Stopwatch.StartNew();
    var tracker = Tracker.Open(store);
    var run = tracker.StartRun("smoke");
    var metric = run.Metric("loss");
    metric.Log(0, 0);
    var first = clock.Elapsed.TotalMilliseconds;
    run.LogParams(new SmokeOptions(0.1, 3, "adam"), SmokeJson.Default.SmokeOptions);
    run.LogTextAsync("kept", "notes/kept.txt").GetAwaiter().GetResult();
    for (var step = 1; step < Points; step++) metric.Log(1.0 / step, step);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{run.Id} {first:0.0}"));
    Console.In.ReadLine(); // until killed
    return 1;
}

static async Task<string?> SurvivesKillAsync(string store)
{
    var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardInput = true };
    // Run by "dotnet run" or "dotnet FILE.dll", the process is dotnet itself.
    if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
    start.ArgumentList.Add("child");
    start.ArgumentList.Add(store);
    using var child = Process.Start(start)!;
    var line = await child.StandardOutput.ReadLineAsync();
    child.Kill();
    await child.WaitForExitAsync();
    if (line?.Split(' ') is not [var idText, var milliseconds]) return $"the child said '{line}'";
    Console.WriteLine($"{Path.GetFileName(store)}: store opened and first point logged in {milliseconds} ms");

    await using var tracker = Tracker.Open(store);
    var run = await tracker.Runs.GetAsync(RunId.Parse(idText));
    if (run.Status != RunStatus.Interrupted) return $"the run is {run.Status}";
    if (run.Params["rate"] != 0.1 || run.Params["layers"] != 3 || run.Params["optimizer"] != "adam") return "the params differ";
    var history = await tracker.Runs.HistoryAsync(run.Id, "loss");
    if (history.Count != Points) return $"{history.Count} points of {Points} came back";
    for (var i = 1; i < Points; i++)
    {
        if (history.Steps.Span[i] != i || history.Values.Span[i] != 1.0 / i) return $"point {i} differs";
    }

    await using var content = await tracker.Runs.OpenArtifactAsync(run.Id, "notes/kept.txt");
    if (await new StreamReader(content).ReadToEndAsync() != "kept") return "the artifact differs";
    var found = await tracker.Runs.BestAsync("smoke", "loss", MetricGoal.Minimize);
    return found?.Id == run.Id || found is null ? null : "the search found another run";
}

internal sealed record SmokeOptions(
    [property: JsonPropertyName("rate")] double Rate, [property: JsonPropertyName("layers")] int Layers, [property: JsonPropertyName("optimizer")] string Optimizer);

[JsonSerializable(typeof(SmokeOptions))]
internal sealed partial class SmokeJson : JsonSerializerContext;
