using Lifecycle.Sdk.ProviderConformance;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Sqlite;

namespace Lifecycle.Sdk.Tests.Storage;

public sealed class SqliteFixture : IStoreFixture
{
    public StoreCapabilities Capabilities => StoreCapabilities.Full;

    public IStorePlace NewPlace() => new Place();

    private sealed class Place : IStorePlace
    {
        private readonly DirectoryInfo _folder = System.IO.Directory.CreateTempSubdirectory("lifecycle-sqlite-");

        public string? Directory => _folder.FullName;

        public TrackingStore Open() => new SqliteStore(Path.Combine(_folder.FullName, "lifecycle.db"));

        public ValueTask DisposeAsync()
        {
            _folder.Delete(recursive: true);
            return ValueTask.CompletedTask;
        }
    }
}

public sealed class SqliteCompleteness : CompletenessContract<SqliteFixture>;

public sealed class SqliteFacts(SqliteFixture fixture) : FactsContract<SqliteFixture>(fixture);

public sealed class SqliteMarks(SqliteFixture fixture) : MarksContract<SqliteFixture>(fixture);

public sealed class SqliteConditions(SqliteFixture fixture) : ConditionsContract<SqliteFixture>(fixture);

public sealed class SqlitePoints(SqliteFixture fixture) : PointsContract<SqliteFixture>(fixture);

public sealed class SqliteSummaries(SqliteFixture fixture) : SummariesContract<SqliteFixture>(fixture);

public sealed class SqliteAttempts(SqliteFixture fixture) : AttemptsContract<SqliteFixture>(fixture);

public sealed class SqliteExperiments(SqliteFixture fixture) : ExperimentsContract<SqliteFixture>(fixture);

public sealed class SqliteSearch(SqliteFixture fixture) : SearchContract<SqliteFixture>(fixture);

public sealed class SqliteArtifacts(SqliteFixture fixture) : ArtifactsContract<SqliteFixture>(fixture);

public sealed class SqliteDeletion(SqliteFixture fixture) : DeletionContract<SqliteFixture>(fixture);

public sealed class SqliteNames(SqliteFixture fixture) : NamesContract<SqliteFixture>(fixture);

public sealed class SqliteConcurrency(SqliteFixture fixture) : ConcurrencyContract<SqliteFixture>(fixture);

public sealed class SqliteLifetime(SqliteFixture fixture) : LifetimeContract<SqliteFixture>(fixture);

public sealed class SqliteModel(SqliteFixture fixture) : ModelContract<SqliteFixture>(fixture);

public sealed class SqliteCopies(SqliteFixture fixture) : CopyContract<SqliteFixture>(fixture);

public sealed class SqliteLedger(SqliteFixture fixture) : LedgerContract<SqliteFixture>(fixture);

public sealed class SqliteRegistry(SqliteFixture fixture) : RegistryContract<SqliteFixture>(fixture);
