namespace Lifecycle.Sdk.Drift;

/// <summary>
/// A window of values as buckets of 2^r values in row r, oldest first in each row; the higher the row, the older. A row with more than
/// the maximum merges its two oldest buckets into the next row.
/// </summary>
internal sealed class ExponentialHistogram(int maxBuckets)
{
    // 2^48 values last for 160 days at 20 million a second; after that the window forgets its oldest bucket instead of growing.
    private const int MostRows = 48;

    private readonly int _rowLength = maxBuckets + 1;
    private readonly Bucket[] _buckets = new Bucket[MostRows * (maxBuckets + 1)];
    private readonly int[] _counts = new int[MostRows];

    public int MaxBuckets => maxBuckets;

    public long Width { get; private set; }

    /// <summary>Rows in use.</summary>
    public int Rows { get; private set; }

    /// <summary>The buckets of a row, oldest first.</summary>
    public ReadOnlySpan<Bucket> Row(int row) => _buckets.AsSpan(row * _rowLength, _counts[row]);

    public void Add(double value)
    {
        Width++;
        Push(0, new Bucket(value, 0));
        for (var row = 0; _counts[row] > maxBuckets && row < MostRows - 1; row++) MergeOldest(row);
        if (_counts[MostRows - 1] > maxBuckets) DropOldest();
    }

    /// <summary>Drops the oldest bucket; the window must not be empty.</summary>
    public void DropOldest()
    {
        Width -= 1L << (Rows - 1);
        RemoveOldest(Rows - 1, 1);
        while (Rows > 0 && _counts[Rows - 1] == 0) Rows--;
    }

    /// <summary>
    /// Count, sum and sum of squares around the mean of the whole window, afresh from the buckets so that no error adds up.
    /// </summary>
    public (long Count, double Sum, double Squares) Summarise()
    {
        long count = 0;
        var all = default(Bucket);
        for (var row = Rows - 1; row >= 0; row--)
        {
            var size = 1L << row;
            foreach (var bucket in Row(row))
            {
                all = count == 0 ? bucket : all.Merge(count, bucket, size);
                count += size;
            }
        }

        return (count, all.Sum, all.Squares);
    }

    public void Clear()
    {
        Array.Clear(_counts);
        (Width, Rows) = (0, 0);
    }

    public void Write(StateWriter writer)
    {
        writer.Write((long)Rows);
        for (var row = 0; row < Rows; row++)
        {
            writer.Write((long)_counts[row]);
            foreach (var bucket in Row(row)) writer.Write([bucket.Sum, bucket.Squares]);
        }
    }

    /// <summary>Reads to the end of the state; changes nothing when it is refused.</summary>
    public void Read(ref StateReader reader)
    {
        var read = new ExponentialHistogram(maxBuckets) { Rows = reader.ReadCount(MostRows) };
        for (var row = 0; row < read.Rows; row++)
        {
            var count = reader.ReadCount(maxBuckets);
            for (var i = 0; i < count; i++)
            {
                var bucket = new Bucket(reader.ReadNumber(), reader.ReadNumber());
                SavedState.Require(bucket.Squares >= 0, "a sum of squares in it is negative");
                read.Push(row, bucket);
            }

            read.Width += (long)count << row;
        }

        SavedState.Require(read.Rows == 0 || read._counts[read.Rows - 1] > 0, "its oldest row is empty");
        reader.RequireEnd();
        read._buckets.CopyTo(_buckets, 0);
        read._counts.CopyTo(_counts, 0);
        (Width, Rows) = (read.Width, read.Rows);
    }

    private void Push(int row, Bucket bucket)
    {
        _buckets[(row * _rowLength) + _counts[row]++] = bucket;
        if (row >= Rows) Rows = row + 1;
    }

    private void MergeOldest(int row)
    {
        var oldest = Row(row);
        var merged = oldest[0].Merge(1L << row, oldest[1], 1L << row);
        RemoveOldest(row, 2);
        Push(row + 1, merged);
    }

    private void RemoveOldest(int row, int number)
    {
        var buckets = Row(row);
        buckets[number..].CopyTo(_buckets.AsSpan(row * _rowLength));
        _counts[row] -= number;
    }

    /// <summary>Sum of the values of a bucket and sum of their squared deviations from its mean.</summary>
    internal readonly record struct Bucket(double Sum, double Squares)
    {
        /// <summary>
        /// Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", COMPSTAT 1982.
        /// </summary>
        public Bucket Merge(long count, Bucket other, long otherCount)
        {
            var gap = (Sum / count) - (other.Sum / otherCount);
            return new Bucket(Sum + other.Sum, Squares + other.Squares + (gap * gap * count * otherCount / (count + otherCount)));
        }
    }
}
