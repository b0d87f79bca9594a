using Lifecycle.Sdk.ProviderConformance;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lifecycle.Sdk.Server.Tests;

/// <summary>The HTTP provider against the server in this process: client and server are proved together, by the suite that all providers pass.</summary>
public sealed class HttpFixture : IStoreFixture
{
    /// <summary>What the provider can do with a server of this library.</summary>
    public StoreCapabilities Capabilities { get; } = new() { KeepsParamTypes = true, SearchesFullGrammar = true, SummarizesSeries = true };

    public IStorePlace NewPlace() => new Place();

    private sealed class Place : IStorePlace
    {
        private readonly DirectoryInfo _folder = System.IO.Directory.CreateTempSubdirectory("lifecycle-http-");
        private readonly WebApplication _app;
        private int _clients;

        public Place()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Services.AddLifecycle(tracker => tracker.UseLocalFile(Path.Combine(_folder.FullName, "runs")));
            _app = builder.Build();
            _app.MapLifecycle();
            _app.StartAsync().GetAwaiter().GetResult();
        }

        /// <summary>The server's files are not the provider's.</summary>
        public string? Directory => null;

        public TrackingStore Open()
        {
            var surroundings = new HttpSurroundings(_ => null, "", Path.Combine(_folder.FullName, $"client{_clients++}"));
            return new HttpStore(HttpAddress.Parse(_app.Urls.Single()), new HttpStoreOptions(), new StoreContext(TimeProvider.System, NullLoggerFactory.Instance), surroundings);
        }

        public async ValueTask DisposeAsync()
        {
            await _app.DisposeAsync();
            foreach (var file in _folder.EnumerateFiles("*", SearchOption.AllDirectories)) file.Attributes = FileAttributes.Normal;
            _folder.Delete(recursive: true);
        }
    }
}

public sealed class HttpCompleteness : CompletenessContract<HttpFixture>
{
    protected override IReadOnlyDictionary<string, string> Skipped { get; } = new Dictionary<string, string>
    {
        ["ConditionsContract"] = "The protocol has no transactions: the provider refuses conditions, and the server is what checks them.",
        ["LedgerContract"] = "The ledger is the server's: clients change the registry through it, and never append themselves.",
        ["RegistryContract"] = "It is about gates and the ledger, which the protocol has no calls for; HttpRegistryTests covers the rest.",
        ["CopyContract"] = "Copying needs marks to be resumable, which the protocol does not keep.",
        ["MarksContract"] = "The protocol keeps no marks: the journal does, and the same points twice are one.",
    };
}

public sealed class HttpFacts(HttpFixture fixture) : FactsContract<HttpFixture>(fixture);

public sealed class HttpPoints(HttpFixture fixture) : PointsContract<HttpFixture>(fixture);

public sealed class HttpSummaries(HttpFixture fixture) : SummariesContract<HttpFixture>(fixture);

public sealed class HttpAttempts(HttpFixture fixture) : AttemptsContract<HttpFixture>(fixture);

public sealed class HttpExperimentsContract(HttpFixture fixture) : ExperimentsContract<HttpFixture>(fixture);

public sealed class HttpSearch(HttpFixture fixture) : SearchContract<HttpFixture>(fixture);

public sealed class HttpArtifactsContract(HttpFixture fixture) : ArtifactsContract<HttpFixture>(fixture);

public sealed class HttpDeletion(HttpFixture fixture) : DeletionContract<HttpFixture>(fixture);

public sealed class HttpNames(HttpFixture fixture) : NamesContract<HttpFixture>(fixture);

public sealed class HttpConcurrency(HttpFixture fixture) : ConcurrencyContract<HttpFixture>(fixture);

public sealed class HttpLifetime(HttpFixture fixture) : LifetimeContract<HttpFixture>(fixture);

public sealed class HttpModel(HttpFixture fixture) : ModelContract<HttpFixture>(fixture);
