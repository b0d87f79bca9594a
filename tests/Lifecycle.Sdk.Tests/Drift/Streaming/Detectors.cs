using System.Buffers;
using Lifecycle.Sdk.Drift;
using Xunit;

namespace Lifecycle.Sdk.Tests.Drift.Streaming;

/// <summary>One of each detector, for what all have in common.</summary>
internal static class Detectors
{
    public static readonly Dictionary<string, Func<NaNPolicy, DriftDetector>> All = new()
    {
        ["adwin"] = policy => new AdwinDetector(new AdwinOptions { Delta = 0.05, Clock = 3, NaNPolicy = policy }),
        ["page-hinkley"] = policy => new PageHinkleyDetector(new PageHinkleyOptions { Threshold = 3, NaNPolicy = policy }),
        ["ddm"] = policy => new DdmDetector(new DdmOptions { WarmUp = 10, NaNPolicy = policy }),
        ["eddm"] = policy => new EddmDetector(new EddmOptions { WarmUp = 10, NaNPolicy = policy }),
        ["hddm-a"] = policy => new HddmADetector(Hddm(policy)),
        ["hddm-w"] = policy => new HddmWDetector(Hddm(policy)),
        ["kswin"] = policy => new KswinDetector(
            new KswinOptions { Alpha = 0.1, WindowSize = 24, SampleSize = 7, Seed = 9, NaNPolicy = policy }),
        ["cusum"] = policy => new CusumDetector(new CusumOptions { Mean = 0.3, StandardDeviation = 0.45, NaNPolicy = policy }),
    };

    public static TheoryData<string> Names => [.. All.Keys];

    public static DriftDetector Create(string name, NaNPolicy policy = NaNPolicy.Refuse) => All[name](policy);

    public static byte[] Save(IDriftDetector detector)
    {
        var output = new ArrayBufferWriter<byte>();
        detector.Save(output);
        return output.WrittenSpan.ToArray();
    }

    private static HddmOptions Hddm(NaNPolicy policy) =>
        new() { DriftConfidence = 0.05, WarningConfidence = 0.2, TwoSided = true, NaNPolicy = policy };

    /// <summary>Values that every detector takes and that change often enough for all of them to speak up.</summary>
    public static double[] Stream(int count, ulong seed)
    {
        double[] low = Samples.Bernoulli(count, seed, 0.15), high = Samples.Bernoulli(count, seed + 1, 0.7);
        return [.. low.Select((value, i) => i / 150 % 2 == 0 ? value : high[i])];
    }
}
