using System.Globalization;
using System.Text.Json.Serialization;

namespace Lifecycle.Sdk.Samples.Quickstart;

/// <summary>What the command line says. The whole record is logged as params.</summary>
internal sealed record Settings(int Epochs, int Seed, int BatchSize = 32, float LearningRate = 0.5f, float L2 = 1e-4f)
{
    private const string Usage = "use --store URI, --epochs N, --seed N.";

    public static bool TryParse(string[] args, out string? store, out Settings settings, out string fault)
    {
        (store, settings, fault) = (null, new Settings(Epochs: 30, Seed: 1), "");
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            var isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0;
            switch (args[i])
            {
                case "--store" when value.Length > 0: store = value; break;
                case "--epochs" when isNumber: settings = settings with { Epochs = number }; break;
                case "--seed" when isNumber: settings = settings with { Seed = number }; break;
                case "--store": fault = $"--store needs an address: {Usage}"; return false;
                case "--epochs" or "--seed": fault = $"{args[i]} needs a positive whole number, not '{value}': {Usage}"; return false;
                default: fault = $"'{args[i]}' is not an option: {Usage}"; return false;
            }
        }

        return true;
    }
}

[JsonSerializable(typeof(Settings))]
[JsonSerializable(typeof(int[][]))]
[JsonSerializable(typeof(float[]))]
internal sealed partial class SampleJson : JsonSerializerContext;
