namespace Lifecycle.Sdk.Journal;

/// <summary>
/// Tells the cells that a reused file still holds of an earlier segment from damage: their check fits the same chunk of a segment with a lower number. A dead
/// process leaves such cells where it had not got yet; after power loss they may be of any earlier segment, but a page at a time, and so the same one
/// for a whole chunk.
/// </summary>
internal struct Leftovers(uint writerSeed, ChunkId chunk)
{
    private bool _isSearched;
    private uint? _seed;

    public bool Include(ulong head, long step, long time, long value)
    {
        var series = (int)((uint)head - 1);
        if (!_isSearched)
        {
            // Once a chunk, so that much damage costs no more than little.
            _isSearched = true;
            for (var number = chunk.Segment - 1; number >= 0 && _seed is null; number--)
            {
                var seed = Segment.SeedOf(writerSeed, chunk with { Segment = number });
                if (PointCell.HeadOf(seed, series, step, time, value) == head) _seed = seed;
            }
        }

        return _seed is { } older && PointCell.HeadOf(older, series, step, time, value) == head;
    }
}
