using System.Globalization;
using System.Text.Json.Serialization;

namespace Lifecycle.Sdk.Samples.Quickstart;

/// <summary>What the command line says. The whole record is logged as params.</summary>
internal sealed record Settings(int Epochs, int Seed, int BatchSize = 32, float LearningRate = 0.5f, float L2 = 1e-4f)
{
    public static (string? Store, Settings Settings) Parse(string[] args)
    {
        string? store = null;
        var settings = new Settings(Epochs: 30, Seed: 1);
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--store": store = args[i + 1]; break;
                case "--epochs": settings = settings with { Epochs = Number(args[i + 1]) }; break;
                case "--seed": settings = settings with { Seed = Number(args[i + 1]) }; break;
                default: throw new ArgumentException($"'{args[i]}' is not an option: use --store URI, --epochs N, --seed N.");
            }
        }

        return args.Length % 2 == 0 ? (store, settings) : throw new ArgumentException($"'{args[^1]}' needs a value: use --store URI, --epochs N, --seed N.");
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new ArgumentException($"'{text}' is not a positive whole number.");
}

[JsonSerializable(typeof(Settings))]
[JsonSerializable(typeof(int[][]))]
[JsonSerializable(typeof(float[]))]
internal sealed partial class SampleJson : JsonSerializerContext;
