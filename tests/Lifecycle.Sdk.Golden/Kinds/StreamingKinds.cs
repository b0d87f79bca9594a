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
            WarmUp = Whole(golden, 1, 30, "warm"),
            WarningLevel = Number(golden, 2, 2, "warning", "warn"),
            DriftLevel = Number(golden, 3, 3, "drift"),
        })));
        table.Add("eddm", golden => WithWarnings(golden, new EddmDetector(new EddmOptions
        {
            WarmUp = Whole(golden, 1, 30, "warm"),
            WarningLevel = Number(golden, 2, 0.95, "alpha"),
            DriftLevel = Number(golden, 3, 0.9, "beta"),
        })));
        table.Add("hddm_a", golden => WithWarnings(golden, new HddmADetector(Hddm(golden))));
        table.Add("hddm_w", golden => WithWarnings(golden, new HddmWDetector(Hddm(golden))));
        table.Add("cusum", golden => Run(golden, Cusum(golden)).Result);
    }

    private static GoldenResult Adwin(GoldenCase golden)
    {
        var detector = new AdwinDetector(new AdwinOptions
        {
            Delta = Number(golden, 1, 0.002, "delta"),
            Clock = Whole(golden, 2, 32, "clock"),
            MaxBuckets = Whole(golden, 3, 5, "max_buckets"),
            MinimumSubwindow = Whole(golden, 4, 5, "min_sub"),
            GracePeriod = Whole(golden, 5, 10, "grace"),
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
            Alpha = Number(golden, 2, 0.005, "alpha"),
            WindowSize = Whole(golden, 3, 100, "window"),
            SampleSize = Whole(golden, 4, 30, "stat"),
            MinimumDistance = Number(golden, 5, 0.1, "min_d"),
            Seed = ulong.Parse(golden.Call.Argument(1, "seed") ?? throw GoldenCall.Unknown("seed", null), CultureInfo.InvariantCulture),
        });
        var pValues = new List<double>();
        return Run(golden, detector, () => pValues.Add(detector.PValue)).Result.With("pvalues", pValues);
    }

    private static PageHinkleyDetector PageHinkley(GoldenCase golden) => new(new PageHinkleyOptions
    {
        MinimumCount = Whole(golden, 1, 30, "min", "min_n"),
        Delta = Number(golden, 2, 0.005, "delta"),
        Threshold = Number(golden, 3, 50, "threshold"),
        Alpha = Number(golden, 4, 0.9999, "alpha"),
        Direction = golden.Call.Argument(5, "mode") switch
        {
            null or "both" => DriftDirection.Both,
            "up" => DriftDirection.Up,
            "down" => DriftDirection.Down,
            var other => throw GoldenCall.Unknown("mode", other),
        },
    });

    private static CusumDetector Cusum(GoldenCase golden)
    {
        return new CusumDetector(new CusumOptions
        {
            Mean = Number(golden, 1, null, "mean"),
            StandardDeviation = Number(golden, 2, null, "std"),
            Slack = Number(golden, 3, 0.5, "k"),
            Threshold = Number(golden, 4, 5, "h"),
        });
    }

    private static HddmOptions Hddm(GoldenCase golden) => new()
    {
        DriftConfidence = Number(golden, 1, 0.001, "drift"),
        WarningConfidence = Number(golden, 2, 0.005, "warning", "warn"),
        Lambda = Number(golden, 3, 0.05, "lam"),
        TwoSided = golden.Call.Flag("two_sided", false),
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

    // The arguments have the order in which the README lists them.
    private static double Number(GoldenCase golden, int position, double? fallback, params ReadOnlySpan<string> names) =>
        golden.Call.Argument(position, names) is { } text
            ? double.Parse(text, CultureInfo.InvariantCulture)
            : fallback ?? throw GoldenCall.Unknown(names[0], null);

    private static int Whole(GoldenCase golden, int position, int fallback, params ReadOnlySpan<string> names) =>
        golden.Call.Argument(position, names) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
}
