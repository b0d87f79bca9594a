using CsCheck;
using Lifecycle.Sdk.Drift;
using Lifecycle.Sdk.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Tests.Drift.Streaming;

public sealed class DriftDetectorTests
{
    [Theory]
    [MemberData(nameof(Detectors.Names), MemberType = typeof(Detectors))]
    public void A_restored_detector_continues_bit_for_bit(string name) =>
        Gen.Select(Gen.Int[0, 900], Gen.ULong).Sample(
            (split, seed) =>
            {
                var stream = Detectors.Stream(1200, seed);
                DriftDetector original = Detectors.Create(name), restored = Detectors.Create(name);
                foreach (var value in stream.AsSpan(0, split)) original.Update(value);
                // What the other one has seen before must not shine through.
                foreach (var value in Samples.Bernoulli(100, seed + 5, 0.5)) restored.Update(value);

                restored.Restore(Detectors.Save(original));

                Assert.Equal((original.State, original.Count, original.Dropped), (restored.State, restored.Count, restored.Dropped));
                foreach (var value in stream.AsSpan(split)) Assert.Equal(original.Update(value), restored.Update(value));
                Assert.Equal(Detectors.Save(original), Detectors.Save(restored));
            },
            iter: 30);

    [Theory]
    [MemberData(nameof(Detectors.Names), MemberType = typeof(Detectors))]
    public void The_stream_of_these_tests_makes_the_detector_speak(string name)
    {
        var detector = Detectors.Create(name);

        Assert.Contains(DriftState.Drift, Detectors.Stream(1200, 1).Select(detector.Update));
    }

    [Theory]
    [MemberData(nameof(Detectors.Names), MemberType = typeof(Detectors))]
    public void Damaged_or_foreign_bytes_are_refused_and_change_nothing(string name)
    {
        var detector = Detectors.Create(name);
        foreach (var value in Detectors.Stream(200, 3)) detector.Update(value);
        var saved = Detectors.Save(detector);
        foreach (var value in Detectors.Stream(77, 4)) detector.Update(value);
        var before = Detectors.Save(detector);

        for (var i = 0; i < saved.Length; i++)
        {
            byte[] flipped = [.. saved];
            flipped[i] ^= 0x10;
            Assert.Throws<ArgumentException>(() => detector.Restore(flipped));
            Assert.Throws<ArgumentException>(() => detector.Restore(saved.AsSpan(0, i)));
        }

        Assert.Throws<ArgumentException>(() => detector.Restore([.. saved, 0]));
        foreach (var other in Detectors.All.Keys.Where(other => other != name))
            Assert.Throws<ArgumentException>(() => detector.Restore(Detectors.Save(Detectors.Create(other))));
        Assert.Equal(before, Detectors.Save(detector));
    }

    [Fact]
    public void A_state_saved_under_other_options_is_refused_with_the_reason()
    {
        var saved = Detectors.Save(new AdwinDetector());

        var error = Assert.Throws<ArgumentException>(() => new AdwinDetector(new AdwinOptions { Delta = 0.01 }).Restore(saved));

        Assert.Contains("other options", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_of_a_newer_version_is_refused_with_both_versions()
    {
        var saved = Detectors.Save(new DdmDetector());
        saved[4] = 9;

        var error = Assert.Throws<ArgumentException>(() => new DdmDetector().Restore(saved));

        Assert.Contains("version is 9", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Detectors.Names), MemberType = typeof(Detectors))]
    public void A_reset_detector_is_a_new_one(string name)
    {
        var detector = Detectors.Create(name);
        foreach (var value in Detectors.Stream(500, 5)) detector.Update(value);

        detector.Reset();

        Assert.Equal((DriftState.Stable, 0, 0), (detector.State, detector.Count, detector.Dropped));
        Assert.Equal(Detectors.Save(Detectors.Create(name)), Detectors.Save(detector));
    }

    [Theory]
    [MemberData(nameof(Detectors.Names), MemberType = typeof(Detectors))]
    public void NaN_is_refused_or_dropped_and_counted_and_never_seen(string name)
    {
        var strict = Detectors.Create(name);
        DriftDetector lenient = Detectors.Create(name, NaNPolicy.Drop), clean = Detectors.Create(name, NaNPolicy.Drop);

        Assert.Throws<ArgumentException>(() => strict.Update(double.NaN));
        foreach (var value in Detectors.Stream(400, 6))
        {
            Assert.Equal(lenient.State, lenient.Update(double.NaN));
            Assert.Equal(clean.Update(value), lenient.Update(value));
        }

        Assert.Equal((400, 400), (lenient.Count, lenient.Dropped));
        Assert.Equal(0, strict.Count);
    }

    [Theory]
    [MemberData(nameof(Detectors.Names), MemberType = typeof(Detectors))]
    public void Values_that_would_spoil_the_sums_are_refused_and_change_nothing(string name)
    {
        if (name == "kswin") return;
        var detector = Detectors.Create(name);
        foreach (var value in Detectors.Stream(50, 7)) detector.Update(value);
        var before = Detectors.Save(detector);

        foreach (var value in (double[])[double.PositiveInfinity, double.NegativeInfinity, 1e151])
            Assert.Throws<ArgumentOutOfRangeException>(() => detector.Update(value));
        Assert.Equal(before, Detectors.Save(detector));
    }

    [Theory]
    [InlineData("ddm", 0.5)]
    [InlineData("eddm", -1)]
    [InlineData("hddm-a", 1.5)]
    [InlineData("hddm-w", -0.1)]
    public void Detectors_of_errors_take_nothing_else(string name, double value) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Detectors.Create(name).Update(value));

    [Theory]
    [MemberData(nameof(Detectors.Names), MemberType = typeof(Detectors))]
    public void Updates_allocate_nothing(string name)
    {
        var detector = Detectors.Create(name);
        var stream = Detectors.Stream(3000, 8);
        foreach (var value in stream) detector.Update(value);

        Assert.Equal(0, Allocated.BytesOf(() =>
        {
            foreach (var value in stream) detector.Update(value);
        }));
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        static void Refused(string name, Action create) => Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(create).ParamName);

        Refused("Delta", () => _ = new AdwinDetector(new AdwinOptions { Delta = 0 }));
        Refused("Clock", () => _ = new AdwinDetector(new AdwinOptions { Clock = 0 }));
        Refused("MaxBuckets", () => _ = new AdwinDetector(new AdwinOptions { MaxBuckets = 0 }));
        Refused("Alpha", () => _ = new PageHinkleyDetector(new PageHinkleyOptions { Alpha = 1.1 }));
        Refused("Direction", () => _ = new PageHinkleyDetector(new PageHinkleyOptions { Direction = (DriftDirection)7 }));
        Refused("WarmUp", () => _ = new DdmDetector(new DdmOptions { WarmUp = 0 }));
        Refused("DriftLevel", () => _ = new EddmDetector(new EddmOptions { DriftLevel = 1 }));
        Refused("DriftConfidence", () => _ = new HddmADetector(new HddmOptions { DriftConfidence = double.NaN }));
        Refused("Lambda", () => _ = new HddmWDetector(new HddmOptions { Lambda = 0 }));
        Refused("WindowSize", () => _ = new KswinDetector(new KswinOptions { WindowSize = 59 }));
        Refused("StandardDeviation", () => _ = new CusumDetector(new CusumOptions { Mean = 0, StandardDeviation = 0 }));
        Refused("Mean", () => _ = new CusumDetector(new CusumOptions { Mean = double.NaN, StandardDeviation = 1 }));
        Refused("nanPolicy", () => _ = new DdmDetector(new DdmOptions { NaNPolicy = (NaNPolicy)5 }));
    }
}
