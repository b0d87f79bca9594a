using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>The ground of all contracts: a fresh store per test, and the few verbs that tests are written in.</summary>
/// <typeparam name="TFixture">The provider's fixture.</typeparam>
public abstract class StoreContract<TFixture> : IClassFixture<TFixture>, IAsyncLifetime
    where TFixture : class, IStoreFixture
{
    private readonly List<TrackingStore> _opened = [];

    protected StoreContract(TFixture fixture)
    {
        Fixture = fixture;
        Place = fixture.NewPlace();
        Store = Open();
        Scratch = Path.Combine(Path.GetTempPath(), $"lifecycle-conformance-{Guid.NewGuid():N}");
    }

    /// <summary>A whole number of milliseconds, which every provider keeps.</summary>
    protected static DateTimeOffset T0 { get; } = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    protected TFixture Fixture { get; }

    protected IStorePlace Place { get; }

    /// <summary>The store, empty at first.</summary>
    protected TrackingStore Store { get; private set; }

    /// <summary>A folder for files that are put into the store.</summary>
    protected string Scratch { get; }

    public ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Scratch);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var store in _opened) await store.DisposeAsync();
        await Place.DisposeAsync();
        Directory.Delete(Scratch, recursive: true);
    }

    /// <summary>Another instance on the same data.</summary>
    protected TrackingStore Open()
    {
        var store = Place.Open();
        lock (_opened) _opened.Add(store);
        return store;
    }

    /// <summary>Closes the store and opens it anew: what a test reads after it was really kept.</summary>
    protected async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = Open();
    }

    /// <summary>A run that has been started.</summary>
    protected async Task<RunScript> StartAsync(string name = "run", string? experiment = "exp", DateTimeOffset? time = null)
    {
        var run = new RunScript(Store);
        await run.StartAsync(name, experiment, time);
        return run;
    }

    /// <summary>Puts a text into the store as a content.</summary>
    protected async Task<ContentDigest> PutAsync(string text) => await PutAsync(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Puts bytes into the store as a content.</summary>
    protected async Task<ContentDigest> PutAsync(byte[] bytes)
    {
        var path = Path.Combine(Scratch, Guid.NewGuid().ToString("N"));
        await File.WriteAllBytesAsync(path, bytes);
        var digest = ContentDigest.Of(bytes);
        await Store.PutContentAsync(new StagedContent(digest, bytes.Length, path));
        return digest;
    }

    /// <summary>An artifact entry of a content of a given text.</summary>
    protected static ArtifactLogged Artifact(string path, string text) => new(
        new ArtifactInfo(ArtifactPath.Parse(path), ContentDigest.Of(System.Text.Encoding.UTF8.GetBytes(text)), text.Length, T0));

    /// <summary>Reads an artifact to its end.</summary>
    protected async Task<byte[]> ReadArtifactAsync(RunId run, string path)
    {
        await using var stream = await Store.OpenArtifactAsync(run, ArtifactPath.Parse(path));
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }

    /// <summary>The names of the runs that a filter finds, in order.</summary>
    protected async Task<string[]> FindAsync(string? filter, string? order = null)
    {
        var page = await Store.SearchRunsAsync(new RunQuery
        {
            Filter = SearchParser.ParseRunFilter(filter),
            OrderBy = order is null ? [] : SearchParser.ParseRunOrder(order),
        });
        return [.. page.Items.Select(run => run.Name)];
    }

    /// <summary>All points of a series, block after block.</summary>
    protected static async Task<List<MetricPoint>> ReadAsync(TrackingStore store, RunId run, string key, PointRange? range = null)
    {
        var points = new List<MetricPoint>();
        await foreach (var block in store.ReadPointsAsync(run, key, range ?? PointRange.All))
        {
            for (var i = 0; i < block.Count; i++) points.Add(block[i]);
        }

        return points;
    }

    /// <summary>All points of a series, block after block.</summary>
    protected Task<List<MetricPoint>> ReadAsync(RunScript run, string key, PointRange? range = null) => ReadAsync(Store, run.Id, key, range);
}
