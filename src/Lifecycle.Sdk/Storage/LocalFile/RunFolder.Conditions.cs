namespace Lifecycle.Sdk.Storage.LocalFile;

/// <content>What a batch makes depend on the run as it is. All of it is asked under the run's lock, when everything on the disk has been read.</content>
internal sealed partial class RunFolder
{
    /// <summary>Whether a batch can't be appended without a look at what other processes have written.</summary>
    private static bool NeedsLock(RunBatch batch) => batch.Conditions != BatchConditions.None || batch.Attempt == RunBatch.LatestAttempt;

    /// <summary>Why the batch's conditions do not hold; nothing is changed by asking.</summary>
    private List<string> FindRefusals(RunBatch batch, List<RunFact> facts, RunState state)
    {
        if (batch.Conditions.HasFlag(BatchConditions.ActiveRun) && state.IsStarted
            && ExperimentFolder.StageOf(state, experiments.Get(state.ExperimentId)) == LifecycleStage.Deleted)
            return [BatchRules.NotActive(id)];
        return batch.Conditions.HasFlag(BatchConditions.NoConflicts) ? state.FindConflicts(facts) : [];
    }

    private List<SeriesPoints> SelectNew(RunBatch batch)
    {
        var fresh = new List<SeriesPoints>(batch.Points.Count);
        foreach (var points in batch.Points)
        {
            MetricPoint? last = View.State.Metrics.TryGetValue(points.Key, out var summary) && summary.Count > 0 ? summary.Last : null;
            var key = points.Key;
            if (NewPoints.Select(points, last, batch.Attempt, View.State.LimitOf, (min, max) => BlocksBetween(key, min, max)) is { } some) fresh.Add(some);
        }

        return fresh;
    }

    private IEnumerable<PointBlock> BlocksBetween(string key, long min, long max)
    {
        using var reader = PointReader.Open(View, Blocks, key, new PointRange { MinStep = min, MaxStep = max, IncludeSuperseded = true });
        while (reader.Next() is { } block) yield return block;
    }
}
