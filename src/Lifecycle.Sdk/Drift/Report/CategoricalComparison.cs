using System.Globalization;

namespace Lifecycle.Sdk.Drift;

/// <summary>Both sides of a categorical column over the union of their categories.</summary>
internal sealed class CategoricalComparison
{
    private const int MostNewShown = 20;
    private const int MostBars = 15;

    private readonly List<DriftBin> _cells = [];
    private readonly List<DriftBin> _new = [];
    private readonly bool _isComplete;

    public CategoricalComparison(CategoricalReference reference, Dictionary<string, long> current)
    {
        _isComplete = reference.IsComplete;
        var unseen = new Dictionary<string, long>(current, StringComparer.Ordinal);
        for (int i = 0; i < reference.Names.Length; i++)
        {
            unseen.Remove(reference.Names[i], out long now);
            _cells.Add(new DriftBin(reference.Names[i], reference.Counts[i], now));
        }

        if (!_isComplete)
        {
            // Whether these are new is not known: the reference had more categories than it kept.
            string others = string.Create(CultureInfo.InvariantCulture, $"({reference.OtherCategories} other categories)");
            _cells.Add(new DriftBin(others, reference.OtherValues, unseen.Values.Sum()));
            return;
        }

        _new.AddRange(unseen.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new DriftBin(pair.Key, 0, pair.Value)));
        _cells.AddRange(_new);
    }

    public long? NewValues => _isComplete ? _new.Sum(bin => bin.Current) : null;

    public IReadOnlyList<DriftBin> NewCategories => [.. _new.Take(MostNewShown)];

    public DriftTestResult Test(DriftTest test, DetectionLimits limits, ulong seed)
    {
        if (test == DriftTest.TwoProportions)
        {
            DriftBin? yes = _cells.Find(bin => bin.Label == "true");
            return ProportionTest.Compare(
                yes?.Reference ?? 0, _cells.Sum(bin => bin.Reference), yes?.Current ?? 0, _cells.Sum(bin => bin.Current), limits);
        }

        return HistogramTest.Compare(
            test, [.. _cells.Select(bin => (double)bin.Reference)], [.. _cells.Select(bin => (double)bin.Current)], false, limits, seed);
    }

    /// <summary>The categories in order when they are few, else the most frequent of either side and the rest as one bar.</summary>
    public IReadOnlyList<DriftBin> Histogram()
    {
        if (_cells.Count <= NumericReference.MostDiscrete) return _cells;
        double n = Math.Max(1, _cells.Sum(bin => bin.Reference)), m = Math.Max(1, _cells.Sum(bin => bin.Current));
        DriftBin[] ordered = [.. _cells.OrderByDescending(bin => (bin.Reference / n) + (bin.Current / m))];
        DriftBin[] rest = ordered[MostBars..];
        string label = string.Create(CultureInfo.InvariantCulture, $"({rest.Length} more)");
        return [.. ordered[..MostBars], new DriftBin(label, rest.Sum(bin => bin.Reference), rest.Sum(bin => bin.Current))];
    }
}
