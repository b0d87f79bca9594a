namespace Lifecycle.Sdk.Storage;

/// <summary>A row's place in an ordering: its values in the terms, and its id, which breaks every tie.</summary>
/// <param name="Values">One for each term of <see cref="SearchOrdering{T}.Terms"/>.</param>
/// <param name="Id">The row's id; ids compare by code point, ascending.</param>
internal readonly record struct SearchKey(SearchValue[] Values, string Id);

/// <summary>The total order of a query: its terms, what the query's contract adds to them, and the id.</summary>
/// <typeparam name="T">The kind of row.</typeparam>
internal sealed class SearchOrdering<T> : IComparer<SearchKey>
{
    private readonly SearchRow<T> _rows;
    private readonly Func<T, SearchValue>[] _readers;
    private readonly bool[] _descending;

    public SearchOrdering(SearchRow<T> rows, IReadOnlyList<SearchOrder> orderBy)
    {
        _rows = rows;
        Terms = rows.Complete(orderBy);
        _readers = [.. Terms.Select(term => rows.Reader(term.Field))];
        _descending = [.. Terms.Select(term => term.Descending)];
    }

    /// <summary>All terms but the id.</summary>
    public IReadOnlyList<SearchOrder> Terms { get; }

    public SearchKey KeyOf(T row)
    {
        var values = new SearchValue[_readers.Length];
        Read(row, values);
        return new SearchKey(values, _rows.IdOf(row));
    }

    /// <summary>Reads a row's values into a buffer that is used again, for rows that will not be kept.</summary>
    public void Read(T row, SearchValue[] values)
    {
        for (var i = 0; i < values.Length; i++) values[i] = _readers[i](row);
    }

    public int Compare(SearchKey x, SearchKey y)
    {
        for (var i = 0; i < _descending.Length; i++)
        {
            var order = SearchValue.Compare(x.Values[i], y.Values[i], _descending[i]);
            if (order != 0) return order;
        }

        return OrdinalText.Compare(x.Id, y.Id);
    }
}
