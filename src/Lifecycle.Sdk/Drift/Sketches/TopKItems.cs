namespace Lifecycle.Sdk.Drift;

/// <summary>What a top-k sketch has to know of the type it counts.</summary>
internal abstract class TopKItems<T>
    where T : notnull
{
    public static TopKItems<T> Instance { get; } = Find();

    public abstract byte Tag { get; }

    public abstract IEqualityComparer<T>? Equality { get; }

    public abstract IComparer<T> Order { get; }

    public virtual bool IsNaN(T item) => false;

    public abstract void Write(SketchWriter writer, T item);

    public abstract T Read(ref SketchReader reader);

    private static TopKItems<T> Find()
    {
        object? items = typeof(T) == typeof(double) ? new DoubleItems()
            : typeof(T) == typeof(long) ? new IntegerItems()
            : typeof(T) == typeof(string) ? new TextItems() : null;
        return items as TopKItems<T> ?? throw new NotSupportedException($"A top-k sketch counts double, long or string, not {typeof(T)}.");
    }
}

internal sealed class DoubleItems : TopKItems<double>
{
    public override byte Tag => 1;

    public override IEqualityComparer<double>? Equality => null;

    public override IComparer<double> Order => Comparer<double>.Default;

    public override bool IsNaN(double item) => double.IsNaN(item);

    public override void Write(SketchWriter writer, double item) => writer.Double(item);

    public override double Read(ref SketchReader reader) => reader.NumberDouble("an item");
}

internal sealed class IntegerItems : TopKItems<long>
{
    public override byte Tag => 2;

    public override IEqualityComparer<long>? Equality => null;

    public override IComparer<long> Order => Comparer<long>.Default;

    public override void Write(SketchWriter writer, long item) => writer.Fixed64((ulong)item);

    public override long Read(ref SketchReader reader) => (long)reader.Fixed64();
}

internal sealed class TextItems : TopKItems<string>
{
    public override byte Tag => 3;

    public override IEqualityComparer<string>? Equality => StringComparer.Ordinal;

    public override IComparer<string> Order => StringComparer.Ordinal;

    /// <summary>Code unit by code unit, so that a lone surrogate survives, which UTF-8 would replace.</summary>
    public override void Write(SketchWriter writer, string item)
    {
        writer.Varint(item.Length);
        foreach (char c in item) writer.Varint(c);
    }

    public override string Read(ref SketchReader reader)
    {
        char[] text = new char[reader.Size("the length of an item", int.MaxValue, 1)];
        foreach (ref char c in text.AsSpan()) c = (char)reader.Varint("a character", 0, char.MaxValue);
        return new string(text);
    }
}
