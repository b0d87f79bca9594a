namespace Lifecycle.Sdk.Storage;

/// <summary>
/// What a batch must keep to before anything of it is stored. One place for all providers: names and texts come from outside, also through
/// a server, and a batch that one store takes and another refuses could not be copied.
/// </summary>
internal static class BatchRules
{
    private const int MaxMarkLength = 65_536;
    private const BatchConditions AllConditions = BatchConditions.NoConflicts | BatchConditions.ActiveRun | BatchConditions.NewPointsOnly;

    /// <summary>Refuses a batch that breaks a rule.</summary>
    /// <exception cref="ArgumentException">The message names the value and the rule.</exception>
    public static void RequireValid(RunBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Run.IsEmpty) throw new ArgumentException("The batch names no run.", nameof(batch));
        if (batch.Mark.Length > MaxMarkLength)
            throw new ArgumentException($"The batch's mark has {batch.Mark.Length} bytes, more than {MaxMarkLength}.", nameof(batch));
        if (!batch.Writer.IsNone && batch.Sequence < 1)
            throw new ArgumentException(
                $"The batch of writer {batch.Writer} has the number {batch.Sequence}; they begin at 1.", nameof(batch));
        if ((batch.Conditions & ~AllConditions) != 0)
            throw new ArgumentException($"The batch's conditions {(int)batch.Conditions} hold some that are not known.", nameof(batch));
        if (batch.Attempt == RunBatch.LatestAttempt && batch.Facts.Any(fact => fact is RunResumed))
            throw new ArgumentException("A batch that resumes a run begins an attempt and gives its number; it can't belong to the latest one.", nameof(batch));
        foreach (var fact in batch.Facts) RequireValid(fact);
        if (batch.End is { } end) RequireValid(end);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var series in batch.Points)
        {
            RequireValid(series);
            if (!keys.Add(series.Key))
                throw new ArgumentException($"The batch has two entries for the series '{NameRules.Shorten(series.Key)}'.", nameof(batch));
        }
    }

    /// <summary>The sentence that a batch is refused with whose run is softly deleted.</summary>
    public static string NotActive(RunId run) => $"The run '{run}' is deleted: restore it before anything is logged to it.";

    private static void RequireValid(RunFact fact)
    {
        switch (fact)
        {
            case RunStarted started:
                NameRules.RequireRunName(started.Name);
                if (started.ExperimentName is { } experiment) NameRules.RequireExperimentName(experiment);
                if (started.ExperimentId is { } id) NameRules.RequireExperimentName(id);
                if (started.User is { } user) NameRules.RequireValue(user, "user");
                break;
            case RunRenamed renamed:
                NameRules.RequireRunName(renamed.Name);
                break;
            case ParamLogged param:
                NameRules.RequireParamName(param.Name);
                NameRules.RequireValue(param.Value.ToString(), "param value");
                break;
            case TagSet tag:
                NameRules.RequireTagName(tag.Name);
                NameRules.RequireValue(tag.Value, "tag value");
                break;
            case TagDeleted tag:
                NameRules.RequireTagName(tag.Name);
                break;
            case InputLogged input:
                NameRules.RequireInput(input.Input);
                break;
            case ArtifactLogged logged:
                RequireValid(logged.Artifact);
                break;
            case ArtifactDeleted deleted:
                ArtifactPath.Parse(deleted.Path.ToString());
                break;
            case RunStatusChanged changed:
                if (!Enum.IsDefined(changed.Status))
                    throw new ArgumentException($"The run status {(int)changed.Status} is not known.", nameof(fact));
                if (changed.Error is { } error) NameRules.RequireValue(error, "error");
                break;
            case RunStageChanged changed when !Enum.IsDefined(changed.Stage):
                throw new ArgumentException($"The stage {(int)changed.Stage} is not known.", nameof(fact));
        }
    }

    private static void RequireValid(ArtifactInfo artifact)
    {
        // default(ArtifactPath) and default(ContentDigest) have not been through their own checks.
        var path = artifact.Path.ToString();
        if (NameRules.FindArtifactPathFault(path) is { } fault)
            throw new ArgumentException($"The artifact path '{NameRules.Shorten(path)}' is refused: {fault}", nameof(artifact));
        if (artifact.Digest == default) throw new ArgumentException($"The artifact '{path}' has no digest.", nameof(artifact));
        if (artifact.Size < 0) throw new ArgumentException($"The artifact '{path}' has the size {artifact.Size}.", nameof(artifact));
    }

    private static void RequireValid(in SeriesPoints series)
    {
        ArgumentNullException.ThrowIfNull(series.Key);
        if (MetricKey.Parse(series.Key).ToString() != series.Key)
            throw new ArgumentException(
                $"The series '{NameRules.Shorten(series.Key)}' is not in canonical order: {MetricKey.Parse(series.Key)}.", nameof(series));
        var count = series.Steps.Length;
        if (count == 0 || series.Timestamps.Length != count || series.Values.Length != count)
        {
            throw new ArgumentException(
                $"The columns of series '{series.Key}' have {count}, {series.Timestamps.Length} and {series.Values.Length} points; equal and at least one are needed.",
                nameof(series));
        }
    }
}
