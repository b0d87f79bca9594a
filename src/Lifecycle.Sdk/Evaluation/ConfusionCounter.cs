using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>
/// Counts pairs of labels. Labels in a small range index a table directly; four tables take turns, because consecutive rows often
/// hit the same cell and a load that waits for the store before it would cost several times the addition.
/// </summary>
internal static class ConfusionCounter
{
    private const int DirectRange = 512;
    private const int PartialTables = 4;
    private const int LargestPartialTable = 4096;

    internal static ConfusionMatrix Count(ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted, ReadOnlySpan<double> weights)
    {
        var (low, high) = Range(truth);
        var (otherLow, otherHigh) = Range(predicted);
        low = Math.Min(low, otherLow);
        high = Math.Max(high, otherHigh);
        var width = (long)high - low + 1;
        if (width > DirectRange)
            return CountCoded(truth, predicted, weights, labels => labels.ToString(CultureInfo.InvariantCulture), Comparer<int>.Default);

        var cells = weights.IsEmpty
            ? CountDirect(truth, predicted, low, (int)width)
            : WeighDirect(truth, predicted, weights, low, (int)width);
        return Compact(cells, truth, predicted, weights, low, (int)width);
    }

    internal static ConfusionMatrix Count(ReadOnlySpan<string> truth, ReadOnlySpan<string> predicted, ReadOnlySpan<double> weights)
    {
        NoNull(truth, nameof(truth));
        NoNull(predicted, nameof(predicted));
        return CountCoded(truth, predicted, weights, label => label, StringComparer.Ordinal);
    }

    internal static ConfusionMatrix Count(ReadOnlySpan<bool> truth, ReadOnlySpan<bool> predicted, ReadOnlySpan<double> weights)
    {
        var cells = new double[4];
        for (var i = 0; i < truth.Length; i++)
            cells[(truth[i] ? 2 : 0) + (predicted[i] ? 1 : 0)] += weights.IsEmpty ? 1 : weights[i];
        return ConfusionMatrix.FromCells(["0", "1"], cells);
    }

    private static double[] CountDirect(ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted, int low, int width)
    {
        var size = width * width;
        var tables = size <= LargestPartialTable ? PartialTables : 1;
        var counts = new int[size * tables];
        if (tables == PartialTables)
            CountInTurns(truth, predicted, low, width, counts);
        else
            CountRows(truth, predicted, low, width, counts);

        var cells = new double[size];
        for (var i = 0; i < counts.Length; i++)
            cells[i % size] += counts[i];
        return cells;
    }

    private static void CountInTurns(ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted, int low, int width, int[] counts)
    {
        var size = width * width;
        Span<int> first = counts.AsSpan(0, size), second = counts.AsSpan(size, size);
        Span<int> third = counts.AsSpan(2 * size, size), fourth = counts.AsSpan(3 * size, size);
        // Subtracting the lowest label from both sides at once: (t - low) * width + (p - low).
        var shift = (low * width) + low;
        var i = 0;
        for (; i <= truth.Length - PartialTables; i += PartialTables)
        {
            first[(truth[i] * width) + predicted[i] - shift]++;
            second[(truth[i + 1] * width) + predicted[i + 1] - shift]++;
            third[(truth[i + 2] * width) + predicted[i + 2] - shift]++;
            fourth[(truth[i + 3] * width) + predicted[i + 3] - shift]++;
        }

        CountRows(truth[i..], predicted[i..], low, width, first);
    }

    private static void CountRows(ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted, int low, int width, Span<int> counts)
    {
        for (var i = 0; i < truth.Length; i++)
            counts[((truth[i] - low) * width) + predicted[i] - low]++;
    }

    private static double[] WeighDirect(
        ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted, ReadOnlySpan<double> weights, int low, int width)
    {
        var cells = new double[width * width];
        for (var i = 0; i < truth.Length; i++)
            cells[((truth[i] - low) * width) + predicted[i] - low] += weights[i];
        return cells;
    }

    /// <summary>Leaves out the values of the range that are no label of any row. Rows of weight zero still name their labels.</summary>
    private static ConfusionMatrix Compact(
        double[] cells, ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted, ReadOnlySpan<double> weights, int low, int width)
    {
        var present = new bool[width];
        for (var i = 0; i < cells.Length; i++)
        {
            if (cells[i] > 0)
                present[i / width] = present[i % width] = true;
        }

        for (var i = 0; i < weights.Length; i++)
            present[truth[i] - low] = present[predicted[i] - low] = true;

        int[] kept = [.. Enumerable.Range(0, width).Where(value => present[value])];
        var compact = new double[kept.Length * kept.Length];
        for (var i = 0; i < kept.Length; i++)
        {
            for (var j = 0; j < kept.Length; j++)
                compact[(i * kept.Length) + j] = cells[(kept[i] * width) + kept[j]];
        }

        return ConfusionMatrix.FromCells([.. kept.Select(value => (value + low).ToString(CultureInfo.InvariantCulture))], compact);
    }

    private static ConfusionMatrix CountCoded<T>(
        ReadOnlySpan<T> truth, ReadOnlySpan<T> predicted, ReadOnlySpan<double> weights, Func<T, string> name, IComparer<T> order)
        where T : notnull
    {
        var codes = new Dictionary<T, int>();
        foreach (var label in truth)
            Add(codes, label);
        foreach (var label in predicted)
            Add(codes, label);

        T[] labels = [.. codes.Keys.Order(order)];
        for (var i = 0; i < labels.Length; i++)
            codes[labels[i]] = i;

        var cells = new double[labels.Length * labels.Length];
        for (var i = 0; i < truth.Length; i++)
            cells[(codes[truth[i]] * labels.Length) + codes[predicted[i]]] += weights.IsEmpty ? 1 : weights[i];
        return ConfusionMatrix.FromCells([.. labels.Select(name)], cells);
    }

    private static void Add<T>(Dictionary<T, int> codes, T label)
        where T : notnull
    {
        CollectionsMarshal.GetValueRefOrAddDefault(codes, label, out _) = 0;
        if (codes.Count > ConfusionMatrix.MaxClasses)
        {
            throw new ArgumentException(
                $"The labels hold more than {ConfusionMatrix.MaxClasses} classes; is this a continuous target?", nameof(label));
        }
    }

    private static void NoNull(ReadOnlySpan<string> labels, string name)
    {
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] is null)
                throw new ArgumentException($"The label at position {i} of '{name}' is null.", name);
        }
    }

    private static (int Low, int High) Range(ReadOnlySpan<int> labels)
    {
        var low = labels[0];
        var high = low;
        var i = 0;
        if (labels.Length >= Vector<int>.Count)
        {
            Vector<int> lows = new(labels), highs = lows;
            for (; i <= labels.Length - Vector<int>.Count; i += Vector<int>.Count)
            {
                var v = new Vector<int>(labels[i..]);
                lows = Vector.Min(lows, v);
                highs = Vector.Max(highs, v);
            }

            for (var lane = 0; lane < Vector<int>.Count; lane++)
            {
                low = Math.Min(low, lows[lane]);
                high = Math.Max(high, highs[lane]);
            }
        }

        for (; i < labels.Length; i++)
        {
            low = Math.Min(low, labels[i]);
            high = Math.Max(high, labels[i]);
        }

        return (low, high);
    }
}
