using Lifecycle.Sdk.ProviderConformance;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.LocalFile;

namespace Lifecycle.Sdk.Tests.Storage;

/// <summary>Stores in folders of their own.</summary>
public sealed class LocalFileFixture : IStoreFixture
{
    public StoreCapabilities Capabilities => StoreCapabilities.Full;

    public IStorePlace NewPlace() => new Place();

    private sealed class Place : IStorePlace
    {
        private readonly LocalFile.TempStore _temp = new();

        public string? Directory => _temp.Root;

        public TrackingStore Open() => new LocalFileStore(_temp.Root);

        public ValueTask DisposeAsync() => _temp.DisposeAsync();
    }
}

public sealed class LocalFileCompleteness : CompletenessContract<LocalFileFixture>;

public sealed class LocalFileFacts(LocalFileFixture fixture) : FactsContract<LocalFileFixture>(fixture);

public sealed class LocalFileMarks(LocalFileFixture fixture) : MarksContract<LocalFileFixture>(fixture);

public sealed class LocalFileConditions(LocalFileFixture fixture) : ConditionsContract<LocalFileFixture>(fixture);

public sealed class LocalFilePoints(LocalFileFixture fixture) : PointsContract<LocalFileFixture>(fixture);

public sealed class LocalFileSummaries(LocalFileFixture fixture) : SummariesContract<LocalFileFixture>(fixture);

public sealed class LocalFileAttempts(LocalFileFixture fixture) : AttemptsContract<LocalFileFixture>(fixture);

public sealed class LocalFileExperiments(LocalFileFixture fixture) : ExperimentsContract<LocalFileFixture>(fixture);

public sealed class LocalFileSearch(LocalFileFixture fixture) : SearchContract<LocalFileFixture>(fixture);

public sealed class LocalFileArtifacts(LocalFileFixture fixture) : ArtifactsContract<LocalFileFixture>(fixture);

public sealed class LocalFileDeletion(LocalFileFixture fixture) : DeletionContract<LocalFileFixture>(fixture);

public sealed class LocalFileNames(LocalFileFixture fixture) : NamesContract<LocalFileFixture>(fixture);

public sealed class LocalFileConcurrency(LocalFileFixture fixture) : ConcurrencyContract<LocalFileFixture>(fixture);

public sealed class LocalFileLifetime(LocalFileFixture fixture) : LifetimeContract<LocalFileFixture>(fixture);

public sealed class LocalFileModel(LocalFileFixture fixture) : ModelContract<LocalFileFixture>(fixture);


public sealed class LocalFileCopies(LocalFileFixture fixture) : CopyContract<LocalFileFixture>(fixture);

public sealed class LocalFileLedger(LocalFileFixture fixture) : LedgerContract<LocalFileFixture>(fixture);

public sealed class LocalFileRegistry(LocalFileFixture fixture) : RegistryContract<LocalFileFixture>(fixture);
