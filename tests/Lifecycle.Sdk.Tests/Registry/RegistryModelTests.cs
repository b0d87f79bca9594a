using CsCheck;
using Lifecycle.Sdk.ProviderConformance;
using Xunit;

namespace Lifecycle.Sdk.Tests.Registry;

/// <summary>Random histories against dictionaries that know nothing of ledgers.</summary>
public sealed class RegistryModelTests
{
    private static readonly string[] Names = ["a", "b", "c"];
    private static readonly string[] Aliases = ["x", "y"];

    private static readonly Gen<(int Kind, int Name, int Other, int Number)> Operation =
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[1, 6], (kind, name, other, number) => (kind, name, other, number));

    [Fact]
    public void Random_histories_end_like_the_naive_model() => Operation.Array[0, 60].Sample(
        operations => CompareAsync(operations).GetAwaiter().GetResult(), iter: 200);

    private static async Task CompareAsync((int Kind, int Name, int Other, int Number)[] operations)
    {
        var data = new ReferenceData();
        await using var one = new InMemoryReferenceStore(data);
        await using var two = new InMemoryReferenceStore(data);
        ModelRegistry[] registries = [Open(one), Open(two)];
        var naive = new Naive();
        for (var i = 0; i < operations.Length; i++)
        {
            var (kind, name, other, number) = operations[i];
            var expected = naive.Do(kind, Names[name], Names[other], Aliases[other % 2], number);
            Assert.Equal(expected, await DoAsync(registries[i % 2], kind, Names[name], Names[other], Aliases[other % 2], number));
        }

        // A third instance, that saw nothing of it, reads the same from the ledger.
        await using var three = new InMemoryReferenceStore(data);
        foreach (var registry in (ModelRegistry[])[.. registries, Open(three)]) Assert.Equal(naive.Dump(), await DumpAsync(registry));
        Assert.True((await registries[0].VerifyLedgerAsync()).IsIntact);
    }

    private static async Task<string> DoAsync(ModelRegistry models, int kind, string name, string other, string alias, int number)
    {
        try
        {
            switch (kind)
            {
                case 0: await models.CreateModelAsync(name); return "";
                case 1: return $"{(await models.CreateVersionAsync(name, new NewModelVersion { Source = "s" })).Number}";
                case 2: await models.DeleteVersionAsync(name, number); return "";
                case 3: await models.SetAliasAsync(name, alias, number); return "";
                case 4: await models.DeleteAliasAsync(name, alias); return "";
                case 5: await models.RenameModelAsync(name, other); return "";
                default:
                    if (number == 1) await models.DeleteModelAsync(name);
                    else return $"{(await models.ResolveAsync($"{name}@{alias}")).Number}";
                    return "";
            }
        }
        catch (LifecycleException e)
        {
            return e.GetType().Name;
        }
    }

    private static async Task<string> DumpAsync(ModelRegistry models)
    {
        var lines = new List<string>();
        foreach (var model in (await models.SearchModelsAsync(new ModelQuery())).Items)
        {
            var versions = (await models.SearchVersionsAsync(new ModelQuery())).Items.Where(version => version.Model == model.Name).Select(version => version.Number).Order();
            lines.Add($"{model.Name}: {string.Join(',', versions)} {string.Join(',', model.Aliases.OrderBy(a => a.Key, StringComparer.Ordinal))}");
        }

        return string.Join('\n', lines);
    }

    private static LedgerModelRegistry Open(InMemoryReferenceStore store) => new(new RegistryLedger(store, TimeProvider.System), "tester", _ => Task.CompletedTask);

    private sealed class Naive
    {
        private const string Missing = nameof(LifecycleNotFoundException);
        private readonly Dictionary<string, (HashSet<int> Versions, Dictionary<string, int> Aliases)> _models = [];
        private readonly Dictionary<string, int> _highest = [];

        public string Do(int kind, string name, string other, string alias, int number)
        {
            var isKnown = _models.TryGetValue(name, out var model);
            if (kind == 0) return !isKnown && _models.TryAdd(name, ([], [])) ? "" : nameof(LifecycleConflictException);
            if (!isKnown) return Missing;
            switch (kind)
            {
                case 1:
                    _highest[name] = _highest.GetValueOrDefault(name) + 1;
                    model.Versions.Add(_highest[name]);
                    return $"{_highest[name]}";
                case 2:
                    if (!model.Versions.Remove(number)) return Missing;
                    foreach (var gone in model.Aliases.Where(pair => pair.Value == number).ToList()) model.Aliases.Remove(gone.Key);
                    return "";
                case 3:
                    if (!model.Versions.Contains(number)) return Missing;
                    model.Aliases[alias] = number;
                    return "";
                case 4:
                    model.Aliases.Remove(alias);
                    return "";
                case 5:
                    if (name == other) return "";
                    if (!_models.TryAdd(other, model)) return nameof(LifecycleConflictException);
                    _models.Remove(name);
                    _highest[other] = Math.Max(_highest.GetValueOrDefault(other), _highest.GetValueOrDefault(name));
                    return "";
                default:
                    if (number != 1) return model.Aliases.TryGetValue(alias, out var pointed) ? $"{pointed}" : Missing;
                    _models.Remove(name);
                    return "";
            }
        }

        public string Dump() => string.Join('\n', _models.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair =>
            $"{pair.Key}: {string.Join(',', pair.Value.Versions.Order())} {string.Join(',', pair.Value.Aliases.OrderBy(a => a.Key, StringComparer.Ordinal))}"));
    }
}
