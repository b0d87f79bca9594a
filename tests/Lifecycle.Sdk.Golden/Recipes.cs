using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Golden;

/// <summary>Builds an input from its data or from its recipe, bit for bit, and proves it by the recipe's digest.</summary>
internal static class Recipes
{
    public static double[] Build(JsonElement recipe)
    {
        var values = Generate(recipe);
        if (recipe.TryGetProperty("check", out var check))
            Verify(values, check);
        return values;
    }

    private static double[] Generate(JsonElement recipe)
    {
        if (recipe.TryGetProperty("data", out var data))
            return Json.Numbers(data);
        if (recipe.TryGetProperty("concat", out var parts))
            return [.. parts.EnumerateArray().SelectMany(Build)];

        var random = new SplitMix64(ulong.Parse(recipe.GetProperty("seed").GetString()!, CultureInfo.InvariantCulture));
        var values = new double[recipe.GetProperty("n").GetInt32()];
        var generator = recipe.GetProperty("gen").GetString();
        if (generator == "perm")
        {
            Permute(values, ref random);
            return values;
        }

        var draw = Draw(generator!, recipe);
        for (var i = 0; i < values.Length; i++)
            values[i] = draw(ref random);
        return values;
    }

    private static Draw1 Draw(string generator, JsonElement recipe)
    {
        double Option(string name, double fallback) => recipe.TryGetProperty(name, out var value) ? Json.Number(value) : fallback;
        double loc = Option("loc", 0), scale = Option("scale", 1);
        switch (generator)
        {
            case "uniform":
                double lo = Option("lo", 0), hi = Option("hi", 1);
                return (ref random) => lo + ((hi - lo) * random.NextDouble());
            case "irwin12":
                return (ref random) => Irwin12(ref random, loc, scale);
            case "grid":
                var q = Option("q", 1);
                return (ref random) => Math.Floor((Irwin12(ref random, loc, scale) * q) + 0.5) / q;
            case "loglogistic":
                var shape = Option("shape", 1);
                return (ref random) => LogLogistic(ref random, shape, scale);
            case "triangular":
                return (ref random) => scale * Math.Sqrt(random.NextDouble());
            case "int":
                double low = Option("lo", 0), k = Option("k", 1);
                return (ref random) => low + Math.Floor(random.NextDouble() * k);
            case "bern":
                var p = Option("p", 0.5);
                return (ref random) => random.NextDouble() < p ? 1 : 0;
            case "cat":
                var weights = Json.Numbers(recipe.GetProperty("weights"));
                return (ref random) => Category(ref random, weights);
            default:
                throw new FormatException($"Unknown recipe '{generator}'.");
        }
    }

    private static double Irwin12(ref SplitMix64 random, double loc, double scale)
    {
        var z = random.NextDouble();
        for (var i = 1; i < 12; i++)
            z += random.NextDouble();
        z -= 6;
        return loc + (scale * z);
    }

    private static double LogLogistic(ref SplitMix64 random, double shape, double scale)
    {
        var u = random.NextDouble();
        var r = u / (1 - u);
        if (shape == 2)
            r = Math.Sqrt(r);
        else if (shape != 1)
            throw new FormatException("The log-logistic recipe knows shape 1 and 2 only.");
        return scale * r;
    }

    private static double Category(ref SplitMix64 random, double[] weights)
    {
        var t = Math.Floor(random.NextDouble() * weights.Sum());
        var cumulative = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            cumulative += weights[i];
            if (cumulative > t)
                return i;
        }

        return weights.Length - 1;
    }

    private static void Permute(double[] values, ref SplitMix64 random)
    {
        for (var i = 0; i < values.Length; i++)
            values[i] = i;
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = (int)(random.Next() % (ulong)(i + 1));
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    private static void Verify(double[] values, JsonElement check)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values.AsSpan())))[..16];
        var wanted = check.GetProperty("sha256").GetString();
        if (values.Length != check.GetProperty("n").GetInt32() || digest != wanted)
            throw new InvalidDataException($"The recipe gave {values.Length} values with digest {digest}, wanted {wanted}.");
    }

    private delegate double Draw1(ref SplitMix64 random);
}
