using System.Diagnostics;
using Lifecycle.Sdk;
using Lifecycle.Sdk.Samples.Quickstart;

if (!Settings.TryParse(args, out var store, out var settings, out var fault))
{
    Console.Error.WriteLine(fault);
    return 1;
}

var digits = Digits.Load(Path.Combine(AppContext.BaseDirectory, "digits.csv.gz"), settings.Seed);

// 1. Open a store, start a run, say what goes in.
await using var tracker = Tracker.Open(store);
await using var run = tracker.StartRun("digits");
Console.WriteLine($"Run {run.Name} ({run.Id}) in {tracker.Store.Address}");
run.LogParams(settings, SampleJson.Default.Settings)
   .LogInput(new DatasetInput { Name = "digits", Digest = digits.Digest[..32], RowCount = digits.TrainX.Length, Context = "training", SourceType = "file", Source = "digits.csv.gz" });

// 2. Train. Every batch's loss is on the disk when Log returns: kill this process and look.
var loss = run.Metric("loss");
var accuracy = run.Metric("accuracy", ("subset", "test"));
var model = new SoftmaxClassifier();
var (x, y) = ((float[][])digits.TrainX.Clone(), (int[])digits.TrainY.Clone());
var batches = (x.Length + settings.BatchSize - 1) / settings.BatchSize;
var clock = Stopwatch.StartNew();
for (var epoch = 0; epoch < settings.Epochs; epoch++)
{
    new Random(settings.Seed * 1000 + epoch).Shuffle(x);
    new Random(settings.Seed * 1000 + epoch).Shuffle(y);
    double sum = 0;
    for (var batch = 0; batch < batches; batch++)
    {
        var range = (batch * settings.BatchSize)..Math.Min(x.Length, (batch + 1) * settings.BatchSize);
        var value = model.TrainBatch(x.AsSpan(range), y.AsSpan(range), settings.LearningRate, settings.L2);
        loss.Log(value, step: epoch * batches + batch);
        sum += value;
    }

    var correct = digits.TestX.Where((row, i) => model.Predict(row) == digits.TestY[i]).Count();
    accuracy.Log((double)correct / digits.TestX.Length, step: epoch);
    Progress($"epoch {epoch + 1,3}/{settings.Epochs}  loss {sum / batches:0.0000}  accuracy {(double)correct / digits.TestX.Length:0.0000}", last: epoch == settings.Epochs - 1);
}

// 3. Keep the results, and say that it succeeded.
var confusion = new int[Digits.Classes][];
for (var k = 0; k < Digits.Classes; k++) confusion[k] = new int[Digits.Classes];
for (var i = 0; i < digits.TestX.Length; i++) confusion[digits.TestY[i]][model.Predict(digits.TestX[i])]++;
await run.LogJsonAsync(confusion, SampleJson.Default.Int32ArrayArray, "confusion-matrix.json");
await run.LogJsonAsync(model.Weights, SampleJson.Default.SingleArray, "model/weights.json");
run.Complete();
await run.FlushAsync();
Console.WriteLine($"{batches * settings.Epochs:N0} losses logged in {clock.Elapsed.TotalSeconds:0.0} s");

// 4. Read the best run back.
var best = (await tracker.Runs.BestAsync("digits", "accuracy{subset=test}", MetricGoal.Maximize))!;
var history = await tracker.Runs.HistoryAsync(best.Id, "loss");
var weights = (await tracker.Runs.ListArtifactsAsync(best.Id)).First(artifact => artifact.Path.FileName == "weights.json");
Console.WriteLine($"""
    Best run     {best.Name} ({best.Status})
      accuracy   {best.Metrics["accuracy{subset=test}"].Max!.Value.Value:0.0000} at epoch {best.Metrics["accuracy{subset=test}"].Max!.Value.Step}
      loss       {history.Count:N0} points, from {history.Values.Span[0]:0.0000} to {history.Values.Span[^1]:0.0000}
      params     {string.Join(", ", best.Params.Select(param => $"{param.Key}={param.Value}"))}
      weights    {weights.Size:N0} bytes, sha256 {weights.Digest.ToString()[..12]}…
    """);
return 0;

// One line that moves on a terminal, a line per ten epochs in a log file.
static void Progress(string line, bool last)
{
    if (!Console.IsOutputRedirected) Console.Write(last ? $"\r{line}\n" : $"\r{line}");
    else if (last || line.Contains("0/")) Console.WriteLine(line);
}
