using System.Text;

namespace Lifecycle.Sdk.Numerics;

/// <summary>
/// The text form of every report: rows in aligned columns, the first left-aligned, the others right-aligned unless they hold words.
/// </summary>
internal sealed class TextTable(params string[] header)
{
    public const int LongestCell = 60;
    private readonly string[] _header = [.. header.Select(cell => Shorten(cell))];
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add([.. cells.Select(cell => Shorten(cell))]);

    /// <summary>One line, no control characters, of bounded length: cells hold names and values that come from outside.</summary>
    public static string Shorten(string text, int longest = LongestCell)
    {
        bool isLong = text.Length > longest;
        // Not in the middle of a surrogate pair, whose half would not be text.
        int length = !isLong ? text.Length : char.IsHighSurrogate(text[longest - 2]) ? longest - 2 : longest - 1;
        var builder = new StringBuilder(text, 0, length, longest);
        for (int i = 0; i < builder.Length; i++)
        {
            if (char.IsControl(builder[i])) builder[i] = ' ';
        }
        return isLong ? builder.Append('…').ToString() : builder.ToString();
    }

    public override string ToString()
    {
        int[] widths = new int[_header.Length];
        bool[] right = new bool[_header.Length];
        for (int i = 0; i < _header.Length; i++)
        {
            widths[i] = _rows.Select(row => row[i].Length).Append(_header[i].Length).Max();
            right[i] = i > 0 && _rows.All(row => LooksLikeNumber(row[i]));
        }
        var text = new StringBuilder();
        Append(text, _header, widths, right);
        Append(text, [.. widths.Select(width => new string('-', width))], widths, right);
        foreach (string[] row in _rows) Append(text, row, widths, right);
        return text.ToString();
    }

    private static bool LooksLikeNumber(string cell) =>
        cell.Length == 0 || char.IsAsciiDigit(cell[0]) || cell[0] is '-' or '+' or '~' or '∞' or '[' || cell == "NaN";

    private static void Append(StringBuilder text, string[] cells, int[] widths, bool[] right)
    {
        int start = text.Length;
        for (int i = 0; i < cells.Length; i++)
        {
            if (i > 0) text.Append("  ");
            text.Append(right[i] ? cells[i].PadLeft(widths[i]) : cells[i].PadRight(widths[i]));
        }
        while (text.Length > start && text[^1] == ' ') text.Length--;
        text.Append('\n');
    }
}
