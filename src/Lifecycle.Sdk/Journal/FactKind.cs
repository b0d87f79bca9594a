namespace Lifecycle.Sdk.Journal;

/// <summary>What a fact record holds. The numbers are part of the format.</summary>
internal enum FactKind : byte
{
    Opened = 1,
    Series = 2,
    RunStarted = 3,
    RunResumed = 4,
    ParamLogged = 5,
    TagSet = 6,
    TagDeleted = 7,
    ArtifactLogged = 8,
    InputLogged = 9,
    RunRenamed = 10,
    RunStatusChanged = 11,
    RunStageChanged = 12,
    Ended = 13,
    ArtifactDeleted = 14,
}
