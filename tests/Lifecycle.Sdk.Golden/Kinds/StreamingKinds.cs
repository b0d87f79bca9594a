using System.Globalization;
using Lifecycle.Sdk.Drift;

namespace Lifecycle.Sdk.Golden.Kinds;

/// <summary>Streaming detectors: the positions of detections and of the beginnings of warnings.</summary>
internal static class StreamingKinds
{
    public static void Register(KindTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        table.Add("adwin", Adwin);
        table.Add("kswin", Kswin);
        table.Add("page_hinkley", golden => Run(golden, PageHinkley(golden)).Result);
        table.Add("ddm", golden => WithWarnings(golden, new DdmDetector(new DdmOptions
        {
            WarmUp = Whole(golden, "warm", 30),
            WarningLevel = Number(golden, "warning", 2),
            DriftLevel = Number(golden, "drift", 3),
        })));
        table.Add("eddm", golden => WithWarnings(golden, new EddmDetector(new EddmOptions
        {
            WarmUp = Whole(golden, "warm", 30),
            WarningLevel = Number(golden, "alpha", 0.95),
            DriftLevel = Number(golden, "beta", 0.9),
        })));
        table.Add("hddm_a", golden => WithWarnings(golden, new HddmADetector(Hddm(golden))));
        table.Add("hddm_w", golden => WithWarnings(golden, new HddmWDetector(Hddm(golden))));
        table.Add("cusum", golden => Run(golden, Cusum(golden)).Result);
    }

    private static GoldenResult Adwin(GoldenCase golden)
    {
        var detector = new AdwinDetector(new AdwinOptions
        {
            Delta = Number(golden, "delta", 0.002),
            Clock = Whole(golden, "clock", 32),
            MaxBuckets = Whole(golden, "max_buckets", 5),
            MinimumSubwindow = Whole(golden, "min_sub", 5),
            GracePeriod = Whole(golden, "grace", 10),
        });
        return Run(golden, detector).Result
            .With("width", detector.Width)
            .With("total", detector.Total)
            .With("variance", detector.Variance);
    }

    private static GoldenResult Kswin(GoldenCase golden)
    {
        var detector = new KswinDetector(new KswinOptions
        {
            Alpha = Number(golden, "alpha", 0.005),
            WindowSize = Whole(golden, "window", 100),
            SampleSize = Whole(golden, "stat", 30),
            MinimumDistance = Number(golden, "min_d", 0.1),
            Seed = ulong.Parse(golden.Argument("seed")!, CultureInfo.InvariantCulture),
        });
        var pValues = new List<double>();
        return Run(golden, detector, () => pValues.Add(detector.PValue)).Result.With("pvalues", pValues);
    }

    private static PageHinkleyDetector PageHinkley(GoldenCase golden) => new(new PageHinkleyOptions
    {
        MinimumCount = Whole(golden, "min", 30),
        Delta = Number(golden, "delta", 0.005),
        Threshold = Number(golden, "threshold", 50),
        Alpha = Number(golden, "alpha", 0.9999),
        Direction = golden.Argument("mode") switch
        {
            null or "both" => DriftDirection.Both,
            "up" => DriftDirection.Up,
            "down" => DriftDirection.Down,
            var other => throw new FormatException($"Unknown mode '{other}'."),
        },
    });

    private static CusumDetector Cusum(GoldenCase golden)
    {
        var numbers = golden.PositionalNumbers();
        return new CusumDetector(new CusumOptions
        {
            Mean = numbers[0],
            StandardDeviation = numbers[1],
            Slack = Number(golden, "k", 0.5),
            Threshold = Number(golden, "h", 5),
        });
    }

    private static HddmOptions Hddm(GoldenCase golden) => new()
    {
        DriftConfidence = Number(golden, "drift", 0.001),
        WarningConfidence = Number(golden, "warning", 0.005),
        Lambda = Number(golden, "lam", 0.05),
        TwoSided = golden.Argument("two_sided") == "True",
    };

    private static GoldenResult WithWarnings(GoldenCase golden, DriftDetector detector)
    {
        var (result, warnings) = Run(golden, detector);
        return result.With("warning_starts", warnings);
    }

    private static (GoldenResult Result, List<int> WarningStarts) Run(GoldenCase golden, DriftDetector detector, Action? onDrift = null)
    {
        List<int> flags = [], warnings = [];
        var stream = golden.Input("x");
        for (var i = 0; i < stream.Length; i++)
        {
            var before = detector.State;
            var state = detector.Update(stream[i]);
            if (state == DriftState.Drift)
            {
                flags.Add(i);
                onDrift?.Invoke();
            }
            else if (state == DriftState.Warning && before != DriftState.Warning)
            {
                warnings.Add(i);
            }
        }

        return (new GoldenResult().With("flags", flags), warnings);
    }

    private static double Number(GoldenCase golden, string name, double fallback) =>
        golden.Argument(name) is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : fallback;

    private static int Whole(GoldenCase golden, string name, int fallback) =>
        golden.Argument(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
}
