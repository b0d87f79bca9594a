using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Lifecycle.Sdk.Samples.Quickstart;

/// <summary>The handwritten digits, shuffled by a seed and split into a training and a test part.</summary>
internal sealed record Digits(string Digest, float[][] TrainX, int[] TrainY, float[][] TestX, int[] TestY)
{
    public const int Pixels = 64;
    public const int Classes = 10;

    public static Digits Load(string path, int seed)
    {
        var bytes = File.ReadAllBytes(path);
        using var reader = new StreamReader(new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress));
        var rows = new List<(float[] X, int Y)>();
        while (reader.ReadLine() is { } line)
        {
            var cells = Array.ConvertAll(line.Split(','), cell => float.Parse(cell, CultureInfo.InvariantCulture));
            rows.Add((Array.ConvertAll(cells[..Pixels], pixel => pixel / 16f), (int)cells[Pixels]));
        }

        var shuffled = rows.ToArray();
        new Random(seed).Shuffle(shuffled);
        var split = shuffled.Length * 4 / 5;
        var (train, test) = (shuffled[..split], shuffled[split..]);
        return new Digits(
            Convert.ToHexStringLower(SHA256.HashData(bytes)),
            Array.ConvertAll(train, row => row.X), Array.ConvertAll(train, row => row.Y),
            Array.ConvertAll(test, row => row.X), Array.ConvertAll(test, row => row.Y));
    }
}
