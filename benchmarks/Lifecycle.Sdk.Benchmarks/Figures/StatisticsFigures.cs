using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Lifecycle.Sdk.Drift;
using Lifecycle.Sdk.Evaluation;
using Lifecycle.Sdk.Quality;

namespace Lifecycle.Sdk.Benchmarks.Figures;

/// <summary>
/// The statistics beside a floor of the same run: sorting the same doubles, or one pass over the same memory. What the usual tools take was
/// measured with SciPy, scikit-learn and Evidently on a machine of two cores; a constant here, since they are not .NET.
/// </summary>
internal static class StatisticsFigures
{
    private const int Values = 1_000_000;
    private const int Rounds = 5;

    public static IEnumerable<Figure> All =>
    [
        new("KS, 1M against 1M", () => AgainstSort((x, y) => KolmogorovSmirnov.Compare(x, y), 60, "SciPy 1107 ms")),
        new("Wasserstein-1, 1M against 1M", () => AgainstSort((x, y) => Wasserstein.Distance(x, y), 60, "SciPy 772 ms")),
        new("Mann-Whitney, 1M against 1M", () => AgainstSort((x, y) => MannWhitney.Compare(x, y), 80, "SciPy 2566 ms")),
        new("PSI, 10 quantile bins, 1M", () => AgainstPass((x, y) => PopulationStabilityIndex.Compute(x, y), 15, "NumPy 173 ms")),
        new("Jensen-Shannon, 30 bins, 1M", () => AgainstPass((x, y) => HistogramDistance.JensenShannon(x, y), 10, "SciPy 159 ms")),
        new("chi-square, 1M strings, 100 categories", ChiSquareOfStrings),
        new("ROC AUC, 1M", RocAuc),
        new("F1 macro, 10 classes, 1M", F1Macro),
        new("drift report, 50 columns of 100,000", () => Report(saved: false)),
        new("drift report against a saved reference", () => Report(saved: true)),
        new("updates: moments", () => Updates(() => new MomentsSketch(), 50)),
        new("updates: histogram of 20 bins", () => Updates(() => new HistogramSketch(Edges()), 50)),
        new("updates: DDSketch", () => Updates(() => new DDSketch(), 20)),
        new("updates: KLL", () => Updates(() => new KllSketch(), 10)),
    ];

    private static Measurement AgainstSort(Action<double[], double[]> product, double goal, string today)
    {
        double[] x = Doubles(Values, 1), y = Doubles(Values, 2), copy = new double[Values];
        var (milliseconds, floor) = Timing.Interleave(() => product(x, y), Sort, Rounds);
        return Line(milliseconds, floor, goal, today);

        void Sort()
        {
            x.CopyTo(copy, 0);
            Array.Sort(copy);
        }
    }

    private static Measurement AgainstPass(Action<double[], double[]> product, double goal, string today)
    {
        double[] x = Doubles(Values, 1), y = Doubles(Values, 2);
        var (milliseconds, floor) = Timing.Interleave(() => product(x, y), () => Pass(x, y), Rounds);
        return Line(milliseconds, floor, goal, today);
    }

    private static Measurement ChiSquareOfStrings()
    {
        string[] x = Strings(1), y = Strings(2);
        var (milliseconds, floor) = Timing.Interleave(() => ChiSquare.Compare(x, y), () => TotalLength(x, y), Rounds);
        return Line(milliseconds, floor, 15, "pandas and SciPy 62 ms");
    }

    private static Measurement RocAuc()
    {
        double[] scores = Doubles(Values, 1), copy = new double[Values];
        var noise = new Random(2);
        bool[] truth = Array.ConvertAll(scores, score => score + noise.NextDouble() > 1);
        var (milliseconds, floor) = Timing.Interleave(() => ClassificationMetrics.RocAuc(truth, scores), Sort, Rounds);
        return Line(milliseconds, floor, 25, "scikit-learn 317 ms");

        void Sort()
        {
            scores.CopyTo(copy, 0);
            Array.Sort(copy);
        }
    }

    private static Measurement F1Macro()
    {
        var random = new Random(1);
        int[] truth = new int[Values], predicted = new int[Values];
        for (int i = 0; i < Values; i++) (truth[i], predicted[i]) = (random.Next(10), random.Next(10));
        var (milliseconds, floor) = Timing.Interleave(
            () => ClassificationMetrics.F1(truth, predicted, Averaging.Macro), () => CountEqual(truth, predicted), Rounds);
        return Line(milliseconds, floor, 5, "scikit-learn 386 ms");
    }

    private static Measurement Report(bool saved)
    {
        Table before = Normals(1), now = Normals(2);
        DriftReference? reference = saved ? DriftReference.Of(before) : null;
        double[] copy = new double[100_000];
        long allocated = 0;
        var (milliseconds, floor) = Timing.Interleave(Compare, SortOneColumn, Rounds);
        double inputs = 2 * 50 * 100_000 * sizeof(double) / 1e6, made = allocated / 1e6;
        string megabytes = Timing.Text($", {inputs:0} MB of data + {made:0} MB allocated");
        Measurement line = Timing.AtMost(milliseconds, floor, 250, megabytes);
        return line with
        {
            Floor = Timing.Text($"{floor:0.0} ms sort of one column"),
            Goal = "<= 250 ms, 150 MB; Evidently 11600-21200 ms, 460-540 MB",
            Ok = line.Ok && inputs + made <= 150,
        };

        void Compare()
        {
            long start = GC.GetTotalAllocatedBytes(precise: true);
            _ = reference is null ? DriftReport.Compare(before, now) : DriftReport.Compare(reference, now);
            allocated = GC.GetTotalAllocatedBytes(precise: true) - start;
        }

        void SortOneColumn()
        {
            ((Column<double>)before[0]).Values.CopyTo(copy);
            Array.Sort(copy);
        }
    }

    private static Measurement Updates(Func<NumericSketch> make, double goal)
    {
        const int count = 4_000_000;
        double[] values = Doubles(count, 3);
        var (milliseconds, floor) = Timing.Interleave(() => make().Update(values), () => Pass(values, values), Rounds);
        double rate = count / milliseconds / 1000;
        return new(
            Timing.Text($"{rate:0} M/s"), Timing.Text($"{2 * count / floor / 1000:0} M/s one pass"), null, Timing.Text($">= {goal:0} M/s"),
            rate >= goal);
    }

    private static Measurement Line(double milliseconds, double floor, double goal, string today)
    {
        Measurement line = Timing.AtMost(milliseconds, floor, goal);
        return line with { Goal = $"{line.Goal}; {today}" };
    }

    private static double[] Doubles(int count, int seed)
    {
        var random = new Random(seed);
        double[] values = new double[count];
        for (int i = 0; i < count; i++) values[i] = random.NextDouble();
        return values;
    }

    private static double[] Edges() => [.. Enumerable.Range(0, 21).Select(i => i / 20.0)];

    private static string[] Strings(int seed)
    {
        var random = new Random(seed);
        string[] names = [.. Enumerable.Range(0, 100).Select(i => "category-" + i.ToString(CultureInfo.InvariantCulture))];
        string[] values = new string[Values];
        for (int i = 0; i < Values; i++) values[i] = names[random.Next(100)];
        return values;
    }

    private static Table Normals(int seed) => new([.. Enumerable.Range(0, 50).Select(i => Column.Of("c" + i, Normal(seed + (1000 * i))))]);

    private static double[] Normal(int seed)
    {
        var random = new Random(seed);
        double[] values = new double[100_000];
        for (int i = 0; i < values.Length; i++)
            values[i] = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return values;
    }

    private static double Pass(double[] x, double[] y)
    {
        Vector<double> sum = default;
        foreach (Vector<double> v in MemoryMarshal.Cast<double, Vector<double>>(x.AsSpan())) sum += v;
        foreach (Vector<double> v in MemoryMarshal.Cast<double, Vector<double>>(y.AsSpan())) sum += v;
        return Vector.Sum(sum);
    }

    private static int TotalLength(string[] x, string[] y)
    {
        int total = 0;
        for (int i = 0; i < x.Length; i++) total += x[i].Length + y[i].Length;
        return total;
    }

    private static int CountEqual(int[] x, int[] y)
    {
        int equal = 0;
        for (int i = 0; i < x.Length; i++) equal += x[i] == y[i] ? 1 : 0;
        return equal;
    }
}
