using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>What several instances of the reference store share, as processes share a folder. Its lock guards everything in it.</summary>
public sealed class ReferenceData
{
    internal Lock Gate { get; } = new();

    internal Dictionary<string, (ExperimentInfo Info, DateTimeOffset? DeletionTime)> Experiments { get; } = [];

    internal Dictionary<RunId, ReferenceRun> Runs { get; } = [];

    internal Dictionary<ContentDigest, byte[]> Contents { get; } = [];

    internal Dictionary<StoreLedger, List<byte[]>> Ledgers { get; } = new() { [StoreLedger.Registry] = [], [StoreLedger.Audit] = [] };
}
