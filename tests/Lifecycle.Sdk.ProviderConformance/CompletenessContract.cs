using Xunit;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>Fails when a provider's tests miss a contract of the suite, so that a contract added here can't be forgotten there.</summary>
/// <typeparam name="TFixture">The provider's fixture.</typeparam>
public abstract class CompletenessContract<TFixture>
    where TFixture : class, IStoreFixture
{
    /// <summary>The contracts that the provider does not take, by name without type parameter, each with the reason.</summary>
    protected virtual IReadOnlyDictionary<string, string> Skipped { get; } = new Dictionary<string, string>();

    [Fact]
    public void Every_contract_of_the_suite_is_taken_or_skipped_with_a_reason()
    {
        var contracts = typeof(StoreContract<>).Assembly.GetTypes()
            .Where(type => type.IsAbstract && type.IsGenericTypeDefinition && Bases(type).Any(b => Definition(b) == typeof(StoreContract<>)))
            .ToDictionary(type => type.Name.Split('`')[0]);
        Assert.True(contracts.Count >= 10, $"Only {contracts.Count} contracts were found.");
        Assert.All(Skipped, skip => Assert.True(contracts.ContainsKey(skip.Key) && skip.Value.Length > 10, $"The skip '{skip.Key}' is unknown or has no reason."));
        var taken = GetType().Assembly.GetTypes().Where(type => !type.IsAbstract).SelectMany(Bases)
            .Where(type => type.IsGenericType && type.GenericTypeArguments is [var fixture] && fixture == typeof(TFixture))
            .Select(Definition).ToHashSet();
        var missing = contracts.Where(contract => !taken.Contains(contract.Value) && !Skipped.ContainsKey(contract.Key)).Select(contract => contract.Key);
        Assert.Empty(missing);
    }

    private static Type Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;

    private static IEnumerable<Type> Bases(Type type)
    {
        for (var at = type.BaseType; at is not null; at = at.BaseType) yield return at;
    }
}
