using System.Globalization;

namespace Lifecycle.Sdk.Samples.Evaluation;

/// <summary>The table in columns. No cell of this file is quoted, so splitting at commas reads it.</summary>
internal sealed record Passengers(bool[] Survived, string[] Sex, string[] Class, double[][] Features)
{
    public static Passengers Read(string file)
    {
        string[][] rows = [.. File.ReadLines(file).Skip(1).Select(line => line.Split(','))];
        var knownAge = rows.Where(row => row[3] != "").Average(row => Number(row[3]));
        return new Passengers(
            [.. rows.Select(row => row[8] == "1")],
            [.. rows.Select(row => row[2])],
            [.. rows.Select(row => "class " + row[1])],
            [.. rows.Select(row => Encode(row, knownAge))]);
    }

    // Class, sex, age (the mean where it is unknown), relatives aboard and fare, each of the order of one.
    private static double[] Encode(string[] row, double knownAge) =>
    [
        Number(row[1]) - 2,
        row[2] == "female" ? 1 : 0,
        ((row[3] == "" ? knownAge : Number(row[3])) - 30) / 15,
        (Number(row[4]) + Number(row[5])) / 2,
        Math.Log(1 + Number(row[6])) - 3,
    ];

    private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);
}
