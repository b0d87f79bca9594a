using System.Text;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>Aligns cells in columns for the text form of a report: the first column to the left, the others to the right.</summary>
internal sealed class TextTable(string[] header)
{
    private readonly List<string[]> _rows = [header];

    internal void Add(params string[] cells) => _rows.Add(cells);

    public override string ToString()
    {
        var widths = new int[_rows.Max(row => row.Length)];
        foreach (var row in _rows)
        {
            for (var i = 0; i < row.Length; i++)
                widths[i] = Math.Max(widths[i], row[i].Length);
        }

        var text = new StringBuilder();
        foreach (var row in _rows)
        {
            if (text.Length > 0)
                text.Append('\n');
            var line = new StringBuilder();
            for (var i = 0; i < row.Length; i++)
                line.Append(i == 0 ? row[i].PadRight(widths[i]) : "  " + row[i].PadLeft(widths[i]));
            text.Append(line.ToString().TrimEnd());
        }

        return text.ToString();
    }
}
