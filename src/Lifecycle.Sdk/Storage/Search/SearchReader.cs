using System.Globalization;
using System.Text;

namespace Lifecycle.Sdk.Storage;

/// <summary>A place in a filter or ordering: reads its smallest parts and says where and why something does not fit.</summary>
internal sealed class SearchReader
{
    private readonly string _text;
    private readonly string _what;

    /// <summary>A reader at the beginning.</summary>
    /// <param name="text">The text.</param>
    /// <param name="what">What the text is, for messages: <c>filter</c> or <c>ordering</c>.</param>
    /// <exception cref="ArgumentException">The text is too long.</exception>
    public SearchReader(string text, string what)
    {
        if (text.Length > SearchLimits.TextLength)
            throw new ArgumentException($"The {what} has {text.Length} characters, more than {SearchLimits.TextLength}.", nameof(text));
        _text = text;
        _what = what;
    }

    public int Position { get; private set; }

    public bool AtEnd => Position >= _text.Length;

    /// <summary>The character here; U+0000 at the end, which the text may also contain.</summary>
    public char Current => AtEnd ? '\0' : _text[Position];

    public bool AtQuote => Current is '\'' or '"';

    public bool AtIdentifierQuote => Current is '`' or '"';

    public void SkipSpace()
    {
        while (!AtEnd && char.IsWhiteSpace(Current)) Position++;
    }

    public bool TryRead(string symbol)
    {
        if (!_text.AsSpan(Position).StartsWith(symbol, StringComparison.Ordinal)) return false;
        Position += symbol.Length;
        return true;
    }

    /// <summary>Reads a keyword in any case, if it is here and ends here.</summary>
    public bool TryReadKeyword(string keyword)
    {
        if (!AtKeyword(keyword)) return false;
        Position += keyword.Length;
        return true;
    }

    public bool AtKeyword(string keyword) =>
        _text.AsSpan(Position).StartsWith(keyword, StringComparison.OrdinalIgnoreCase)
        && (Position + keyword.Length >= _text.Length || !IsWordPart(_text[Position + keyword.Length]));

    /// <summary>Reads letters, digits and underscores; empty if there are none.</summary>
    public string ReadWord() => ReadWhile(IsWordPart);

    /// <summary>Reads a key without quotes: up to white space or a character that may follow a key.</summary>
    public string ReadBareKey() => ReadWhile(c => !char.IsWhiteSpace(c) && c is not ('=' or '!' or '<' or '>' or '(' or ')' or ','
        or '\'' or '"' or '`' or ';' or '&' or '|' or '{'));

    /// <summary>Reads a series' context with its braces, within which anything else may stand.</summary>
    public string ReadContext()
    {
        var end = _text.IndexOf('}', Position);
        if (end < 0) throw Error("'}' that ends the context", "write a series as metrics.loss{subset=train}");
        var context = _text[Position..(end + 1)];
        Position = end + 1;
        return context;
    }

    /// <summary>Reads what is quoted by the character here; the same character twice stands for itself.</summary>
    public string ReadQuoted()
    {
        var (start, quote) = (Position, Current);
        Position++;
        var content = new StringBuilder();
        while (true)
        {
            var end = _text.IndexOf(quote, Position);
            if (end < 0) throw Error(start, $"the text that begins with {quote}", $"{quote} at its end", null);
            content.Append(_text, Position, end - Position);
            Position = end + 1;
            if (Current != quote) return content.ToString();
            content.Append(quote);
            Position++;
        }
    }

    /// <summary>Reads a number or a word that may stand for one: everything up to white space or punctuation.</summary>
    public string ReadBareLiteral() => ReadWhile(c => char.IsLetterOrDigit(c) || c is '_' or '.' or '+' or '-' or ':' or '/');

    public ArgumentException Error(string expected, string? hint = null) => Error(Position, Found(), expected, hint);

    public ArgumentException Error(int position, string found, string expected, string? hint)
    {
        const int Around = 60;
        var from = Math.Max(0, position - Around);
        var line = Visible(_text[from..Math.Min(_text.Length, position + Around)]);
        var lead = from > 0 ? "…" : "";
        var advice = hint is null ? "" : $" Hint: {hint}.";
        return new ArgumentException(string.Create(
            CultureInfo.InvariantCulture,
            $"The {_what} can't be read at position {position}: found {found}, expected {expected}.{advice}\n  {lead}{line}\n  {new string(' ', position - from + lead.Length)}^"));
    }

    /// <summary>What stands here, for a message.</summary>
    public string Found()
    {
        if (AtEnd) return "the end";
        var end = Position;
        while (end < _text.Length && end - Position < 30 && IsWordPart(_text[end])) end++;
        if (end == Position)
        {
            while (end < _text.Length && end - Position < 2 && !char.IsWhiteSpace(_text[end]) && !IsWordPart(_text[end])) end++;
        }

        return $"'{Visible(_text[Position..Math.Max(end, Position + 1)])}'";
    }

    private static bool IsWordPart(char c) => char.IsLetterOrDigit(c) || c == '_';

    // One character for one, so that the mark under the line stays where it belongs.
    private static string Visible(string text) =>
        string.Create(text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = char.IsControl(source[i]) || char.IsSurrogate(source[i]) ? '\u00B7' : source[i];
        });

    private string ReadWhile(Func<char, bool> belongs)
    {
        var start = Position;
        while (!AtEnd && belongs(Current)) Position++;
        return _text[start..Position];
    }
}
