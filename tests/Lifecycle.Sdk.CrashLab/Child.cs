namespace Lifecycle.Sdk.CrashLab;

/// <summary>The process that is killed: logs one run after another, from several threads, and says what has returned.</summary>
internal sealed class Child(LabOptions options)
{
    private const int ControlBuffer = 64;
    private readonly string _directory = options.ChildDirectory!;

    public async Task RunAsync()
    {
#pragma warning disable CA5394 // Reproducible, not secret.
        var random = new Random(options.Seed);
        using var progress = new Progress(Path.Combine(_directory, "progress"));
        await using var tracker = Tracker.CreateBuilder()
            .UseStore(options.AddressIn(_directory))
            .Configure(settings => settings.DrainInterval = TimeSpan.FromMilliseconds(random.Next(10, 200)))
            .Build();
        for (var slot = 0; slot < Progress.MaxRuns; slot++)
        {
            // Short runs come to their end, long ones roll segments.
            var points = random.Next(4) == 0 ? random.Next(3_000_000) : random.Next(20_000);
            await LogRunAsync(tracker, progress, slot, points, artifacts: random.Next(3));
        }
#pragma warning restore CA5394
    }

    /// <summary>Opens the store, which recovers what the killed child has left, and waits to be killed itself.</summary>
    public async Task RecoverAsync()
    {
        await using var tracker = Tracker.Open(options.AddressIn(_directory));
        Console.WriteLine("recovering");
        await tracker.Runs.FindAsync(RunId.New()); // A reader waits until all is recovered.
        Console.WriteLine("recovered");
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
    }

    /// <summary>The value of a point: told by its place, so that every bit can be checked.</summary>
    public static double ValueOf(int slot, int thread, long step)
    {
        var mixed = unchecked((ulong)((step * 64) + thread + ((long)slot << 40)) * 0x9E3779B97F4A7C15);
        mixed ^= mixed >> 29;
        return BitConverter.UInt64BitsToDouble(mixed * 0xBF58476D1CE4E5B9);
    }

    public static string TextOf(int slot, long artifact) => $"artifact {artifact} of run {slot}";

    private async Task LogRunAsync(Tracker tracker, Progress progress, int slot, int points, int artifacts)
    {
        await using var run = tracker.StartRun("crash", new RunOptions { Capture = new CaptureOptions { Git = false, Program = false, Machine = false, User = false } });
        progress.SetRun(slot, run.Id);
        var threads = Enumerable.Range(0, options.Threads).Select(thread => new Thread(() => LogPoints(run, progress, slot, thread, points))).ToList();
        foreach (var thread in threads) thread.Start();
        if (slot == 0) Console.WriteLine("logging");
        for (var i = 1; i <= 5; i++)
        {
            run.SetTag($"tag{i}", TextOf(slot, i));
            progress.SetTags(slot, i);
        }

        for (var i = 1; i <= artifacts; i++)
        {
            await run.LogTextAsync(TextOf(slot, i), $"texts/{i}.txt");
            progress.SetArtifacts(slot, i);
        }

        foreach (var thread in threads) thread.Join();
        run.Complete();
        progress.SetCompleted(slot);
    }

    private void LogPoints(Run run, Progress progress, int slot, int thread, int count)
    {
        var metric = run.Metric($"thread{thread}");
        var buffer = new List<double>();
        for (var step = 0L; step < count; step++)
        {
            if (!options.Control)
            {
                metric.Log(ValueOf(slot, thread, step), step);
            }
            else
            {
                buffer.Add(ValueOf(slot, thread, step));
                if (buffer.Count == ControlBuffer || step == count - 1)
                {
                    for (var i = 0; i < buffer.Count; i++) metric.Log(buffer[i], step - buffer.Count + 1 + i);
                    buffer.Clear();
                }
            }

            progress.SetPoints(slot, thread, step + 1);
        }
    }
}
