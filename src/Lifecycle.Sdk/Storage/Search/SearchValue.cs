namespace Lifecycle.Sdk.Storage;

/// <summary>The classes of values, in the order in which they are sorted. The last two are last in both directions.</summary>
internal enum SearchValueClass : byte
{
    Number = 0,
    Boolean = 1,
    Text = 2,
    NaN = 3,
    Missing = 4,
}

/// <summary>What a row holds in a field, ready to be compared with a literal or with another row.</summary>
internal readonly struct SearchValue
{
    private SearchValue(SearchValueClass kind, SearchNumber number, string? text)
    {
        Class = kind;
        Number = number;
        Text = text;
    }

    /// <summary>What a row holds in a field that it does not have.</summary>
    public static SearchValue Missing { get; } = new(SearchValueClass.Missing, default, null);

    public SearchValueClass Class { get; }

    /// <summary>The number; for a Boolean 0 or 1; for NaN it is NaN.</summary>
    public SearchNumber Number { get; }

    /// <summary>The text, if it is one.</summary>
    public string? Text { get; }

    public static SearchValue Of(SearchNumber number) => new(number.IsNaN ? SearchValueClass.NaN : SearchValueClass.Number, number, null);

    public static SearchValue Of(double value) => Of(SearchNumber.Of(value));

    public static SearchValue Of(long value) => Of(SearchNumber.Of(value));

    public static SearchValue Of(bool value) => new(SearchValueClass.Boolean, SearchNumber.Of(value ? 1L : 0L), null);

    /// <summary>A text as it is, even if it is a number.</summary>
    public static SearchValue OfText(string? text) => text is null ? Missing : new(SearchValueClass.Text, default, text);

    /// <summary>A text as a number if the whole of it is one.</summary>
    public static SearchValue OfTextOrNumber(string text) => SearchNumber.TryParse(text, out var number) ? Of(number) : OfText(text);

    /// <summary>A param's value: a text that is a number counts as one.</summary>
    public static SearchValue Of(ParamValue value) => value.Kind switch
    {
        ParamKind.Integer => Of(value.AsInteger),
        ParamKind.Floating => Of(value.AsFloating),
        ParamKind.Boolean => Of(value.AsBoolean),
        _ => OfTextOrNumber(value.ToString()),
    };

    /// <summary>Compares two values for sorting.</summary>
    public static int Compare(in SearchValue left, in SearchValue right, bool descending)
    {
        if (left.Class >= SearchValueClass.NaN || right.Class >= SearchValueClass.NaN) return left.Class.CompareTo(right.Class);
        var order = left.Class != right.Class ? left.Class.CompareTo(right.Class)
            : left.Class == SearchValueClass.Text ? OrdinalText.Compare(left.Text!, right.Text!)
            : SearchNumber.Compare(left.Number, right.Number);
        return descending ? -order : order;
    }
}
