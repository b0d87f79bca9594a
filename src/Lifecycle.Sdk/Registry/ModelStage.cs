namespace Lifecycle.Sdk;

/// <summary>Where a version stands, as MLflow's stages; aliases say the same with names of your own.</summary>
public enum ModelStage
{
    /// <summary>Nowhere yet; the default.</summary>
    None = 0,

    /// <summary>Being tried.</summary>
    Staging = 1,

    /// <summary>In use.</summary>
    Production = 2,

    /// <summary>Out of use.</summary>
    Archived = 3,
}
