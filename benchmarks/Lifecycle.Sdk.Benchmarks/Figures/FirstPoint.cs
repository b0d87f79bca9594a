using System.Diagnostics;
using System.Globalization;

namespace Lifecycle.Sdk.Benchmarks.Figures;

/// <summary>How long a new process takes from opening a store to its first logged point; the floor is a process that creates one file.</summary>
internal static class FirstPoint
{
    public static IEnumerable<Figure> All => [new("open a store, log the first point (JIT)", Measure)];

    /// <summary>The new process: prints the milliseconds of the floor and of the product.</summary>
    public static int Child(string store)
    {
        var floor = Timing.Milliseconds(() => File.WriteAllBytes(store + ".floor", [1]));
        var clock = Stopwatch.StartNew();
        using var tracker = Tracker.Open(store);
        using var run = tracker.StartRun("figures");
        run.Metric("loss").Log(1, 0);
        var product = clock.Elapsed.TotalMilliseconds;
        run.Complete();
        Console.WriteLine(Timing.Text($"{floor} {product}"));
        return 0;
    }

    private static Measurement Measure()
    {
        using var folder = new ScratchFolder();
        var (floors, products) = (new double[5], new double[5]);
        for (var i = 0; i < floors.Length; i++)
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
            start.ArgumentList.Add("first-point");
            start.ArgumentList.Add(folder.Store(i % 2 == 0 ? $"runs{i}" : $"runs{i}.db"));
            using var child = Process.Start(start)!;
            var words = child.StandardOutput.ReadToEnd().Split(' ');
            child.WaitForExit();
            floors[i] = double.Parse(words[0], CultureInfo.InvariantCulture);
            products[i] = double.Parse(words[1], CultureInfo.InvariantCulture);
        }

        return Timing.AtMost(Timing.Median(products), Timing.Median(floors), 50);
    }
}
