using Lifecycle.Sdk;

// Random search with parallel nested runs into one SQLite file; the best one is found by a query. Options: FILE TRIALS.
var file = args.Length > 0 ? args[0] : "lifecycle.db";
var trials = args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 24;

// 1. One parent run for the search, one nested run for each trial, several at a time.
await using var tracker = Tracker.Open(file);
await using var search = tracker.StartRun("rosenbrock", new RunOptions { Note = "Gradient descent with momentum on Rosenbrock's valley." });
search.LogParam("trials", trials);
await Parallel.ForAsync(0, trials, async (trial, _) =>
{
    var random = new Random(trial);
    var (rate, momentum) = (Math.Pow(10, -4.5 + 2 * random.NextDouble()), random.NextDouble());
    await using var run = search.StartNested(new RunOptions { Name = $"trial-{trial:D2}" });
    run.LogParams(("learning_rate", rate), ("momentum", momentum));
    var value = Descend(rate, momentum, run.Metric("value"));
    if (double.IsFinite(value)) run.Complete();
    else run.Fail($"Diverged: the learning rate {rate:0.0000} is too large.");
});
search.Complete();
await tracker.FlushAsync();

// 2. Ask the store: the finished trials, best final value first.
Console.WriteLine($"{"trial",-10} {"final value",12} {"learning rate",14} {"momentum",9}");
await foreach (var run in tracker.Runs.SearchAsync("attributes.status = 'FINISHED' AND params.momentum >= 0", orderBy: "metrics.value ASC", experiment: "rosenbrock", limit: 5))
{
    Console.WriteLine(
        $"{run.Name,-10} {run.Metrics["value"].Last.Value,12:0.000000} {run.Params["learning_rate"].AsFloating,14:0.000000} {run.Params["momentum"].AsFloating,9:0.000}");
}

static double Descend(double rate, double momentum, Metric metric)
{
    double x = -1.5, y = 2, vx = 0, vy = 0, value = 0;
    for (var step = 0; step < 5_000 && double.IsFinite(value); step++)
    {
        var (gx, gy) = (-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x));
        (vx, vy) = (momentum * vx - rate * gx, momentum * vy - rate * gy);
        (x, y) = (x + vx, y + vy);
        value = (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x);
        metric.Log(value, step);
    }

    return value;
}
