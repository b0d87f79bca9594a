namespace Lifecycle.Sdk.CrashLab;

/// <summary>What a comparison found.</summary>
internal sealed record Tally
{
    public long Logged { get; set; }

    /// <summary>Points, tags, artifacts and ends that had returned and are not in the store.</summary>
    public long Lost { get; set; }

    /// <summary>Points and contents that differ from what was logged.</summary>
    public long Torn { get; set; }

    public long Duplicated { get; set; }

    public bool IsClean => Lost == 0 && Torn == 0 && Duplicated == 0;
}
