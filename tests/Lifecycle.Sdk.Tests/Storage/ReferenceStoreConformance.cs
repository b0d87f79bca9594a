using Lifecycle.Sdk.ProviderConformance;

namespace Lifecycle.Sdk.Tests.Storage;

public sealed class ReferenceStoreCompleteness : CompletenessContract<ReferenceFixture>;

public sealed class ReferenceStoreFacts(ReferenceFixture fixture) : FactsContract<ReferenceFixture>(fixture);

public sealed class ReferenceStoreMarks(ReferenceFixture fixture) : MarksContract<ReferenceFixture>(fixture);

public sealed class ReferenceStoreConditions(ReferenceFixture fixture) : ConditionsContract<ReferenceFixture>(fixture);

public sealed class ReferenceStorePoints(ReferenceFixture fixture) : PointsContract<ReferenceFixture>(fixture);

public sealed class ReferenceStoreSummaries(ReferenceFixture fixture) : SummariesContract<ReferenceFixture>(fixture);

public sealed class ReferenceStoreAttempts(ReferenceFixture fixture) : AttemptsContract<ReferenceFixture>(fixture);

public sealed class ReferenceStoreExperiments(ReferenceFixture fixture) : ExperimentsContract<ReferenceFixture>(fixture);

public sealed class ReferenceStoreSearch(ReferenceFixture fixture) : SearchContract<ReferenceFixture>(fixture);

public sealed class ReferenceStoreArtifacts(ReferenceFixture fixture) : ArtifactsContract<ReferenceFixture>(fixture);

public sealed class ReferenceStoreDeletion(ReferenceFixture fixture) : DeletionContract<ReferenceFixture>(fixture);

public sealed class ReferenceStoreNames(ReferenceFixture fixture) : NamesContract<ReferenceFixture>(fixture);

public sealed class ReferenceStoreConcurrency(ReferenceFixture fixture) : ConcurrencyContract<ReferenceFixture>(fixture);

public sealed class ReferenceStoreLifetime(ReferenceFixture fixture) : LifetimeContract<ReferenceFixture>(fixture);

public sealed class ReferenceStoreModel(ReferenceFixture fixture) : ModelContract<ReferenceFixture>(fixture);

public sealed class ReferenceStoreCopies(ReferenceFixture fixture) : CopyContract<ReferenceFixture>(fixture);

public sealed class ReferenceStoreLedger(ReferenceFixture fixture) : LedgerContract<ReferenceFixture>(fixture);

public sealed class ReferenceStoreRegistry(ReferenceFixture fixture) : RegistryContract<ReferenceFixture>(fixture);
