using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>What one log-batch or log-metric request says. Its columns are pooled: it is disposed when the store has them.</summary>
internal sealed class LogBatch : IDisposable
{
    private readonly List<PointColumns> _series = [];
    private PointColumns? _last;

    public string? Run { get; set; }

    public long? Attempt { get; set; }

    public int PointCount { get; private set; }

    public List<WireParam> Params { get; } = [];

    public List<WireTag> Tags { get; } = [];

    /// <summary>The points that are also about a logged model.</summary>
    public List<LoggedModelMetric> ModelPoints { get; } = [];

    public IReadOnlyList<SeriesPoints> Points => [.. _series.Select(series => series.Points)];

    /// <summary>The columns of a series by the bytes of its key as they stand in the request; null if it is new.</summary>
    public PointColumns? Find(ReadOnlySpan<byte> utf8Key)
    {
        if (_last is not null && _last.Utf8Key.SequenceEqual(utf8Key)) return _last;
        foreach (var series in _series)
        {
            if (series.Utf8Key.SequenceEqual(utf8Key)) return _last = series;
        }

        return null;
    }

    /// <summary>The columns of a series by its key.</summary>
    public PointColumns FindOrAdd(string key, ReadOnlySpan<byte> utf8Key)
    {
        // Two spellings of one key, with and without escapes, are one series.
        _last = _series.Find(series => series.Key == key);
        if (_last is null) _series.Add(_last = new PointColumns(key, utf8Key.ToArray()));
        return _last;
    }

    public void Add(PointColumns series, long step, long timestamp, double value)
    {
        series.Add(step, timestamp, value);
        PointCount++;
    }

    /// <summary>Everything but the points, as facts; checked.</summary>
    public List<RunFact> ToFacts(bool isDialect)
    {
        var facts = new List<RunFact>(Params.Count + Tags.Count);
        foreach (var param in Params)
        {
            WireKeyRules.RequireParam(param.Key, param.Value, isDialect);
            facts.Add(new ParamLogged(param.Key, WireText.ValueOf(param.Value, isDialect ? param.Type : null)));
        }

        foreach (var tag in Tags)
        {
            WireKeyRules.RequireTag(tag, isDialect);
            facts.Add(TagFact(tag));
        }

        return facts;
    }

    /// <summary>The tag that is the run's name renames the run.</summary>
    public static RunFact TagFact(WireTag tag) => tag.Key == WireTags.RunName && tag.Value.Length > 0 ? new RunRenamed(tag.Value) : new TagSet(tag.Key, tag.Value);

    public void Dispose()
    {
        foreach (var series in _series) series.Dispose();
        _series.Clear();
    }
}
