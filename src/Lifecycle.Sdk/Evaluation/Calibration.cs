namespace Lifecycle.Sdk.Evaluation;

/// <summary>One bin of a calibration curve that holds at least one row.</summary>
/// <param name="Count">The rows in the bin.</param>
/// <param name="MeanPredicted">The mean predicted probability of these rows, in [0, 1].</param>
/// <param name="ShareOfPositives">The share of them that is positive, in [0, 1]. Equal to the former when calibrated.</param>
public sealed record CalibrationBin(int Count, double MeanPredicted, double ShareOfPositives);

/// <summary>Whether predicted probabilities come true as often as they say. Pure functions, safe to call from any thread.</summary>
public static class Calibration
{
    /// <summary>
    /// The expected calibration error, in [0, 1]: Σ (rows of bin / rows) · |share of positives - mean probability| over bins of equal
    /// width, p in bin min(⌊p·bins⌋, bins - 1). O(n).
    /// </summary>
    /// <remarks>
    /// Source: Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015.
    /// </remarks>
    /// <param name="truth">Whether each row is positive.</param>
    /// <param name="probabilities">The predicted probability that the row is positive, in [0, 1].</param>
    /// <param name="bins">How many bins, at least 1. The error depends on it, so report it with the number. Default: 10.</param>
    /// <exception cref="ArgumentException">No rows, unequal lengths, a value outside [0, 1], or no bins.</exception>
    public static double ExpectedError(ReadOnlySpan<bool> truth, ReadOnlySpan<double> probabilities, int bins = 10)
    {
        var expected = 0.0;
        foreach (var bin in ErrorBins(truth, probabilities, bins))
            expected += (double)bin.Count / truth.Length * Math.Abs(bin.ShareOfPositives - bin.MeanPredicted);
        return expected;
    }

    /// <summary>The maximum calibration error, in [0, 1]: the largest |share of positives - mean probability| of a bin. O(n).</summary>
    /// <inheritdoc cref="ExpectedError"/>
    public static double MaximumError(ReadOnlySpan<bool> truth, ReadOnlySpan<double> probabilities, int bins = 10)
    {
        var worst = 0.0;
        foreach (var bin in ErrorBins(truth, probabilities, bins))
            worst = Math.Max(worst, Math.Abs(bin.ShareOfPositives - bin.MeanPredicted));
        return worst;
    }

    /// <summary>
    /// The calibration curve (reliability diagram): mean probability and share of positives of each bin that is not empty, from the
    /// lowest. A probability on an edge belongs to the bin below it. O(n log n) for quantile bins, else O(n log bins).
    /// </summary>
    /// <remarks>Source: Niculescu-Mizil and Caruana, "Predicting good probabilities with supervised learning", ICML 2005.</remarks>
    /// <param name="truth">Whether each row is positive.</param>
    /// <param name="probabilities">The predicted probability that the row is positive, in [0, 1].</param>
    /// <param name="bins">How many bins, at least 1. Default: 10.</param>
    /// <param name="binning">Where the bins are cut.</param>
    /// <exception cref="ArgumentException">No rows, unequal lengths, a value outside [0, 1], or no bins.</exception>
    public static IReadOnlyList<CalibrationBin> Curve(
        ReadOnlySpan<bool> truth,
        ReadOnlySpan<double> probabilities,
        int bins = 10,
        CalibrationBinning binning = CalibrationBinning.Uniform)
    {
        Check(truth, probabilities, bins);
        var edges = binning switch
        {
            CalibrationBinning.Uniform => UniformEdges(bins),
            CalibrationBinning.Quantile => QuantileEdges(probabilities, bins),
            _ => throw new ArgumentOutOfRangeException(nameof(binning), binning, "Unknown binning."),
        };
        return Fill(truth, probabilities, bins, p => LowerBound(edges, p));
    }

    private static List<CalibrationBin> ErrorBins(ReadOnlySpan<bool> truth, ReadOnlySpan<double> probabilities, int bins)
    {
        Check(truth, probabilities, bins);
        return Fill(truth, probabilities, bins, p => Math.Min((int)(p * bins), bins - 1));
    }

    private static List<CalibrationBin> Fill(
        ReadOnlySpan<bool> truth, ReadOnlySpan<double> probabilities, int bins, Func<double, int> binOf)
    {
        var counts = new int[bins];
        var positives = new int[bins];
        var sums = new RunningSum[bins];
        for (var i = 0; i < truth.Length; i++)
        {
            var bin = binOf(probabilities[i]);
            counts[bin]++;
            positives[bin] += truth[i] ? 1 : 0;
            sums[bin].Add(probabilities[i]);
        }

        var filled = new List<CalibrationBin>();
        for (var bin = 0; bin < bins; bin++)
        {
            if (counts[bin] > 0)
                filled.Add(new CalibrationBin(counts[bin], sums[bin].Value / counts[bin], (double)positives[bin] / counts[bin]));
        }

        return filled;
    }

    private static void Check(ReadOnlySpan<bool> truth, ReadOnlySpan<double> probabilities, int bins)
    {
        InputRules.Rows(truth.Length, probabilities.Length, nameof(probabilities));
        InputRules.Probabilities(probabilities, nameof(probabilities));
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
    }

    /// <summary>
    /// The inner edges. The step is multiplied, not the share divided: probabilities often lie on an edge, and one bit decides.
    /// </summary>
    private static double[] UniformEdges(int bins)
    {
        var edges = new double[bins - 1];
        for (var i = 1; i < bins; i++)
            edges[i - 1] = i * (1.0 / bins);
        return edges;
    }

    private static double[] QuantileEdges(ReadOnlySpan<double> probabilities, int bins)
    {
        var sorted = probabilities.ToArray();
        Array.Sort(sorted);
        var edges = UniformEdges(bins);
        for (var i = 0; i < edges.Length; i++)
        {
            // In percent and back, as numpy.percentile rounds it.
            var position = (sorted.Length - 1) * (edges[i] * 100 / 100);
            var below = (int)position;
            var share = position - below;
            var low = sorted[below];
            var high = sorted[Math.Min(below + 1, sorted.Length - 1)];
            edges[i] = share < 0.5 ? low + ((high - low) * share) : high - ((high - low) * (1 - share));
        }

        return edges;
    }

    /// <summary>The number of edges below the value.</summary>
    private static int LowerBound(double[] edges, double value)
    {
        int low = 0, high = edges.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (edges[middle] < value)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
