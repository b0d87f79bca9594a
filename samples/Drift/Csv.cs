using System.Globalization;
using Lifecycle.Sdk.Quality;

namespace Lifecycle.Sdk.Samples.Drift;

/// <summary>Reads the plain files of this sample: a header, commas, no quotes. For other files take a CSV library.</summary>
internal static class Csv
{
    public static Table Read(string name, params string[] leaveOut)
    {
        string[][] lines = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, name)).Select(line => line.Split(','))];
        IEnumerable<Column> columns = lines[0]
            .Select((header, at) => (Header: header, Cells: lines.Skip(1).Select(line => line[at]).ToArray()))
            .Where(column => !leaveOut.Contains(column.Header))
            .Select(column => ToColumn(column.Header, column.Cells));
        return new Table([.. columns]);
    }

    // A column of numbers when every cell that is not empty is one; an empty cell is missing.
    private static Column ToColumn(string name, string[] cells)
    {
        double?[] numbers = [.. cells.Select(cell => TryParse(cell, out double number) ? number : (double?)null)];
        bool isNumeric = numbers.Zip(cells).All(pair => pair.First is not null || pair.Second.Length == 0);
        return isNumeric
            ? Column.Of(name, numbers)
            : Column.Of(name, cells.Select(cell => cell.Length == 0 ? null : cell).ToArray());
    }

    private static bool TryParse(string cell, out double number) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
}
