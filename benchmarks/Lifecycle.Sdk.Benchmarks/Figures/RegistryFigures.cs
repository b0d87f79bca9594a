using System.Security.Cryptography;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Benchmarks.Figures;

/// <summary>A registry of 1,000 versions: a search, beside sorting as many numbers; and the verification of its ledger, beside one hash of as many bytes as an entry has, for each.</summary>
internal static class RegistryFigures
{
    private const int Models = 10;
    private const int VersionsOfEach = 100;

    public static IEnumerable<Figure> All =>
    [
        new("search 1,000 model versions", Search),
        new("verify a ledger of 1,000 versions", Verify),
    ];

    private static Measurement Search() => With(models =>
    {
        var query = new ModelQuery
        {
            Filter = SearchParser.ParseVersionFilter("tags.kind = 'even' AND version_number > 10"),
            OrderBy = SearchParser.ParseVersionOrder("version_number DESC"),
            MaxResults = 100,
        };
        var values = new double[Models * VersionsOfEach];
        var (product, floor) = Timing.Interleave(
            () => models.SearchVersionsAsync(query).GetAwaiter().GetResult(),
            () =>
            {
                for (var i = 0; i < values.Length; i++) values[i] = i * 7919 % 100_003;
                Array.Sort(values);
            }, 25);
        return Timing.AtMost(product, floor, 5);
    });

    private static Measurement Verify() => With(models =>
    {
        var entry = new byte[400];
        var (product, floor) = Timing.Interleave(
            () => models.VerifyLedgerAsync().GetAwaiter().GetResult(),
            () =>
            {
                for (var i = 0; i < Models * (VersionsOfEach + 1); i++) SHA256.HashData(entry);
            }, 9);
        return Timing.AtMost(product, floor, 50);
    });

    private static Measurement With(Func<ModelRegistry, Measurement> measure)
    {
        using var folder = new ScratchFolder();
        using var tracker = Tracker.Open(folder.Store("lifecycle.db"));
        FillAsync(tracker.Models).GetAwaiter().GetResult();
        return measure(tracker.Models);
    }

    private static async Task FillAsync(ModelRegistry models)
    {
        for (var m = 0; m < Models; m++)
        {
            await models.CreateModelAsync($"model {m}");
            for (var v = 0; v < VersionsOfEach; v++)
            {
                var tags = new Dictionary<string, string> { ["kind"] = v % 2 == 0 ? "even" : "odd" };
                await models.CreateVersionAsync($"model {m}", new NewModelVersion { Source = "s3://bucket/model", Description = "one of many", Tags = tags });
            }
        }
    }
}
