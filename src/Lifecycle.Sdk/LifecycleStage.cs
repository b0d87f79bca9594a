namespace Lifecycle.Sdk;

/// <summary>Whether an experiment or run is in use or softly deleted.</summary>
public enum LifecycleStage
{
    /// <summary>In use.</summary>
    Active = 0,

    /// <summary>Hidden from searches, restorable until garbage collection.</summary>
    Deleted = 1,
}

/// <summary>Which stages a search looks at.</summary>
public enum StageView
{
    /// <summary>What is in use; the default.</summary>
    ActiveOnly = 0,

    /// <summary>What is softly deleted.</summary>
    DeletedOnly = 1,

    /// <summary>Both.</summary>
    All = 2,
}
