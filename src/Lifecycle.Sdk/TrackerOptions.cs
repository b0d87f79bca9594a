using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Lifecycle.Sdk;

/// <summary>How a tracker works. Every default is meant for production; bind it from configuration or set it on <see cref="TrackerBuilder"/>.</summary>
public sealed class TrackerOptions : IValidatableObject
{
    /// <summary>
    /// Where runs are kept: a folder (<c>./runs</c>, <c>file:///data/runs</c>), a SQLite file (<c>lifecycle.db</c>, <c>sqlite:/data/runs.sqlite</c>) or a tracking server
    /// (<c>http://host:5000</c>, <c>https://…</c>, <c>azureml://…</c>, <c>databricks</c>; see <see cref="HttpBuilderExtensions.UseHttp"/>).
    /// </summary>
    /// <value>
    /// Null: the environment variable <c>LIFECYCLE_TRACKING_URI</c>, then <c>MLFLOW_TRACKING_URI</c> if it names a server, and <c>./runs</c> if neither is set.
    /// </value>
    public string? Store { get; set; }

    /// <summary>
    /// The local folder for journals, where everything is kept until the store has it. Any number of stores may share it: each has a folder of its own in
    /// it, named after the store's address, and a tracker recovers only journals of the store it is on.
    /// </summary>
    /// <value>Null: beside the store; for a server, in the user's folder for local data.</value>
    public string? JournalDirectory { get; set; }

    /// <summary>
    /// How many bytes the points in all journals of this tracker may take on disk. Each run may have 256 KiB whatever the others hold; params, tags and the files of
    /// artifacts that the store has not taken yet come on top.
    /// </summary>
    /// <value>8 GiB, about 268 million points that the store has not taken yet.</value>
    [Range(4L << 20, long.MaxValue)]
    public long MaxJournalBytes { get; set; } = 8L << 30;

    /// <summary>What logging does when <see cref="MaxJournalBytes"/> is reached or the disk is full.</summary>
    /// <value><see cref="JournalFullPolicy.Wait"/></value>
    [EnumDataType(typeof(JournalFullPolicy))]
    public JournalFullPolicy WhenJournalIsFull { get; set; }

    /// <summary>How points are written to the journal.</summary>
    /// <value><see cref="JournalWrites.Auto"/></value>
    [EnumDataType(typeof(JournalWrites))]
    public JournalWrites JournalWrites { get; set; }

    /// <summary>How often the journals are moved to the store; other processes see what is logged with about this delay.</summary>
    /// <value>1 second; 10 milliseconds to 1 hour.</value>
    public TimeSpan DrainInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long disposing a run or the tracker may wait for the store; what is left then stays in the journal for the next tracker.</summary>
    /// <value>10 seconds; 0 to 1 day.</value>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether opening the tracker delivers journals of processes that died and marks their runs as interrupted.</summary>
    /// <value>True.</value>
    public bool RecoverOnOpen { get; set; } = true;

    /// <summary>What is recorded with each run besides what the program logs.</summary>
    /// <value>What is cheap; see <see cref="CaptureOptions"/>.</value>
    [ValidateObjectMembers]
    public CaptureOptions Capture { get; set; } = new();

    // TimeSpan ranges by RangeAttribute need reflection; the rest is generated.
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (DrainInterval < TimeSpan.FromMilliseconds(10) || DrainInterval > TimeSpan.FromHours(1))
            yield return new ValidationResult($"{nameof(DrainInterval)} is {DrainInterval}: it must be 10 milliseconds to 1 hour.", [nameof(DrainInterval)]);
        if (ShutdownTimeout < TimeSpan.Zero || ShutdownTimeout > TimeSpan.FromDays(1))
            yield return new ValidationResult($"{nameof(ShutdownTimeout)} is {ShutdownTimeout}: it must be 0 to 1 day.", [nameof(ShutdownTimeout)]);
    }
}

/// <summary>What is recorded with each run besides what the program logs.</summary>
public sealed class CaptureOptions : IValidatableObject
{
    /// <summary>Git commit, branch, remote address without secrets and whether there are uncommitted changes, as tags.</summary>
    /// <value>True.</value>
    public bool Git { get; set; } = true;

    /// <summary>The entry assembly, its version, and the command line with secrets masked, as tags.</summary>
    /// <value>True.</value>
    public bool Program { get; set; } = true;

    /// <summary>Operating system, processors, memory, container limits, .NET runtime and garbage collector settings, as tags.</summary>
    /// <value>True.</value>
    public bool Machine { get; set; } = true;

    /// <summary>The user's name.</summary>
    /// <value>True.</value>
    public bool User { get; set; } = true;

    /// <summary>The uncommitted changes as the artifact <c>git/uncommitted.diff</c>.</summary>
    /// <value>False.</value>
    public bool UncommittedDiff { get; set; }

    /// <summary>What the program writes to the console, as artifacts below <c>console/</c>. It is still shown.</summary>
    /// <value>False.</value>
    public bool Console { get; set; }

    /// <summary>CPU, memory and garbage collector metrics (<c>system/…</c>) at this interval.</summary>
    /// <value>Null: none; else 100 milliseconds to 1 hour.</value>
    public TimeSpan? SystemMetricsInterval { get; set; }

    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (SystemMetricsInterval is { } interval && (interval < TimeSpan.FromMilliseconds(100) || interval > TimeSpan.FromHours(1)))
        {
            yield return new ValidationResult(
                $"{nameof(SystemMetricsInterval)} is {interval}: it must be 100 milliseconds to 1 hour, or null for none.", [nameof(SystemMetricsInterval)]);
        }
    }
}

[OptionsValidator]
internal sealed partial class TrackerOptionsValidator : IValidateOptions<TrackerOptions>;
