using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>
/// What a provider gives to the suite. A provider's tests are one small file: a fixture, and one empty class derived from each contract
/// (<see cref="CompletenessContract{TFixture}"/> tells which are missing).
/// </summary>
public interface IStoreFixture
{
    /// <summary>What the stores can do; contracts beyond it are skipped with that reason.</summary>
    StoreCapabilities Capabilities { get; }

    /// <summary>Makes a place for a new, empty store that no other test uses.</summary>
    IStorePlace NewPlace();
}

/// <summary>Where one store is kept while a test runs.</summary>
public interface IStorePlace : IAsyncDisposable
{
    /// <summary>The folder that holds nothing but the store's files; null if there are none, or they are out of reach.</summary>
    string? Directory { get; }

    /// <summary>Opens the store: every call gives a new instance on the same data, as another process would.</summary>
    TrackingStore Open();
}
