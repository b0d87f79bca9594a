namespace Lifecycle.Sdk.Journal;

/// <summary>The series of a writer: ids count from 0 in the order declared.</summary>
internal sealed class SeriesTable
{
    /// <summary>Ids stay below this, so that a damaged one can't ask for memory that is not there.</summary>
    public const int MaxSeries = 1 << 24;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<string?> _names = [];

    /// <summary>Gives a series its id; <paramref name="declare"/> records a new one before anyone sees it.</summary>
    public int Declare(string key, Action<int, string> declare)
    {
        lock (_lock)
        {
            if (_ids.TryGetValue(key, out var known)) return known;
            var id = _names.Count;
            if (id == MaxSeries) throw new InvalidOperationException($"A run can't have more than {MaxSeries} series; '{key}' is one more.");
            declare(id, key);
            _names.Add(key);
            _ids.Add(key, id);
            return id;
        }
    }

    /// <summary>Takes a series as a fact log tells it.</summary>
    public void Restore(int id, string key)
    {
        lock (_lock)
        {
            if (id >= MaxSeries) return;
            while (_names.Count <= id) _names.Add(null);
            _names[id] = key;
            _ids[key] = id;
        }
    }

    /// <summary>The name of a series. One whose record was destroyed keeps its points under a name that says so.</summary>
    public string NameOf(int id)
    {
        lock (_lock)
        {
            return id < _names.Count && _names[id] is { } name
                ? name
                : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"unnamed-series-{id}");
        }
    }
}
