namespace Lifecycle.Sdk.Quality;

/// <summary>What a finding means for the verdict.</summary>
public enum CheckSeverity
{
    /// <summary>Reported, but the data passes.</summary>
    Warning = 0,

    /// <summary>The data fails.</summary>
    Error = 1,
}
