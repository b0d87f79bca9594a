namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Finds the slot of a value among sorted edges: the number of edges at or below it. An even grid over the range tells how many edges lie
/// in the cells before the value's own; only the edges of that cell are compared. The cell is a monotone function of the value, so
/// rounding in it cannot give a wrong slot.
/// </summary>
internal sealed class EdgeGrid
{
    private const int CellsPerBin = 2;
    private const int MaximumEdgesPerCell = 8;

    private readonly double[] _edges;
    private readonly double _low;
    private readonly double _high;
    private readonly double _cellsPerUnit;

    // How many edges lie in cells before this one; null where some cell holds so many edges that a binary search is better.
    private readonly int[]? _before;

    public EdgeGrid(double[] edges)
    {
        _edges = edges;
        _low = edges[0];
        _high = edges[^1];
        int cells = CellsPerBin * (edges.Length - 1);
        _cellsPerUnit = cells / (_high - _low);
        // A range that overflows or is as narrow as the smallest doubles has no grid.
        if (double.IsFinite(_cellsPerUnit) && _cellsPerUnit > 0) _before = CountBefore(cells);
    }

    public int SlotOf(double value)
    {
        if (!(value >= _low)) return 0;
        double[] edges = _edges;
        if (value >= _high) return value == _high ? edges.Length - 1 : edges.Length;
        int[]? before = _before;
        if (before is null) return Search(value);
        int slot = before[CellOf(value)];
        // The first step without a branch, since it is a coin toss; further ones are rare. Ends at the last edge at the latest, which is
        // above the value.
        slot += edges[slot] <= value ? 1 : 0;
        while (edges[slot] <= value) slot++;
        return slot;
    }

    private int CellOf(double value) => (int)((value - _low) * _cellsPerUnit);

    private int[]? CountBefore(int cells)
    {
        // One more cell than asked for: the highest values may round up into it.
        int[] inCell = new int[cells + 2];
        foreach (double edge in _edges)
        {
            if (++inCell[CellOf(edge)] > MaximumEdgesPerCell) return null;
        }
        int sum = 0;
        foreach (ref int count in inCell.AsSpan()) (sum, count) = (sum + count, sum);
        return inCell;
    }

    private int Search(double value)
    {
        int index = Array.BinarySearch(_edges, value);
        return index >= 0 ? index + 1 : ~index;
    }
}
