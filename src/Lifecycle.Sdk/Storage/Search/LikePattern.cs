namespace Lifecycle.Sdk.Storage;

/// <summary>
/// A LIKE or ILIKE pattern, cut at its <c>%</c>. The first and last piece are anchored; each piece between is looked for once, leftmost
/// first, so the time is linear in the text: Knuth-Morris-Pratt for pieces of plain text, a bounded window for pieces with <c>_</c>.
/// There is no escape character, as in MLflow.
/// </summary>
internal sealed class LikePattern
{
    private readonly bool _ignoreCase;
    private readonly string[] _pieces;
    private readonly int[]?[] _failures;

    public LikePattern(string pattern, bool ignoreCase)
    {
        _ignoreCase = ignoreCase;
        var pieces = (ignoreCase ? Fold(pattern) : pattern).Split('%');
        // Runs of % are one %: empty pieces in the middle match everywhere.
        _pieces = [.. pieces.Where((piece, i) => i == 0 || i == pieces.Length - 1 || piece.Length > 0)];
        _failures = [.. _pieces.Select(piece => piece.Contains('_') ? null : FailureTable(piece))];
    }

    /// <summary>Says why a pattern is refused; null if it is not.</summary>
    public static string? FindFault(string pattern) =>
        pattern.Split('%')[1..].SkipLast(1).Any(piece => piece.Length > SearchLimits.LikeSegmentLength && piece.Contains('_'))
            ? $"the pattern has more than {SearchLimits.LikeSegmentLength} characters with '_' between two '%'"
            : null;

    public bool Matches(string value)
    {
        ReadOnlySpan<char> text = _ignoreCase ? Fold(value) : value;
        if (_pieces.Length == 1) return text.Length == _pieces[0].Length && FitsAt(text, _pieces[0]);
        var (first, last) = (_pieces[0], _pieces[^1]);
        if (text.Length < first.Length + last.Length || !FitsAt(text, first) || !FitsAt(text[^last.Length..], last)) return false;
        text = text[first.Length..^last.Length];
        for (var i = 1; i < _pieces.Length - 1; i++)
        {
            var at = Find(text, _pieces[i], _failures[i]);
            if (at < 0) return false;
            text = text[(at + _pieces[i].Length)..];
        }

        return true;
    }

    // Simple case folding, code unit by code unit: the length never changes, so '_' counts the same.
    private static string Fold(string text) => string.Create(text.Length, text, static (span, source) =>
    {
        for (var i = 0; i < span.Length; i++) span[i] = char.ToUpperInvariant(source[i]);
    });

    private static bool FitsAt(ReadOnlySpan<char> text, string piece)
    {
        for (var i = 0; i < piece.Length; i++)
        {
            if (piece[i] != '_' && piece[i] != text[i]) return false;
        }

        return true;
    }

    private static int Find(ReadOnlySpan<char> text, string piece, int[]? failures)
    {
        if (failures is null)
        {
            for (var at = 0; at + piece.Length <= text.Length; at++)
            {
                if (FitsAt(text[at..], piece)) return at;
            }

            return -1;
        }

        for (int i = 0, matched = 0; i < text.Length; i++)
        {
            while (matched > 0 && piece[matched] != text[i]) matched = failures[matched - 1];
            if (piece[matched] == text[i]) matched++;
            if (matched == piece.Length) return i + 1 - matched;
        }

        return -1;
    }

    private static int[] FailureTable(string piece)
    {
        var table = new int[piece.Length];
        for (int i = 1, matched = 0; i < piece.Length; i++)
        {
            while (matched > 0 && piece[matched] != piece[i]) matched = table[matched - 1];
            if (piece[matched] == piece[i]) matched++;
            table[i] = matched;
        }

        return table;
    }
}
