using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Lifecycle.Sdk.Benchmarks.Figures;

/// <summary>Prints the figures. A goal that is missed says SHORT; the exit code is the number of such lines.</summary>
internal static class FigureTable
{
    private const string Layout = "{0,-40} {1,-30} {2,-30} {3,6}  {4,-30} {5}";

    public static int Print(string[] names)
    {
        var clock = Stopwatch.StartNew();
        Console.WriteLine($"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores");
        Write("name", "product", "floor", "ratio", "goal", "");
        var missed = 0;
        Figure[] figures = [.. TrackingFigures.All, .. StatisticsFigures.All];
        foreach (var figure in figures)
        {
            if (names.Length > 0 && !names.Any(name => figure.Name.Contains(name, StringComparison.OrdinalIgnoreCase))) continue;
            var measured = figure.Measure();
            if (!measured.Ok) missed++;
            Write(figure.Name, measured.Product, measured.Floor, measured.RatioText, measured.Goal, measured.Ok ? "ok" : "SHORT");
        }

        Console.WriteLine(Timing.Text($"{missed} short, {clock.Elapsed.TotalSeconds:0} s"));
        return missed;
    }

    private static void Write(params object[] cells) => Console.WriteLine(string.Format(System.Globalization.CultureInfo.InvariantCulture, Layout, cells).TrimEnd());
}
