using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.CrashLab;

/// <summary>Reopens the store of a killed child and compares it with what the child had said.</summary>
internal sealed class Verifier(LabOptions options, Tally tally)
{
    public async Task VerifyAsync(string directory)
    {
        using var progress = new Progress(Path.Combine(directory, "progress"));
        string journals;
        await using (var tracker = Tracker.Open(options.AddressIn(directory)))
        {
            journals = tracker.Store.JournalDirectory;
            for (var slot = 0; slot < Progress.MaxRuns && progress.GetRun(slot) is { } run; slot++)
                await VerifyRunAsync(tracker, progress, slot, run);
        }

        var left = Directory.Exists(journals) ? Directory.EnumerateDirectories(journals).Count() : 0;
        if (left > 0) Complain($"{left} journals were not recovered");
    }

    private async Task VerifyRunAsync(Tracker tracker, Progress progress, int slot, RunId id)
    {
        if (await tracker.Runs.FindAsync(id) is not { } run)
        {
            Complain($"run {id} is missing");
            return;
        }

        var isEnded = run.Status == RunStatus.Finished || (run.Status == RunStatus.Interrupted && !progress.IsCompleted(slot));
        if (!isEnded) Complain($"run {id} is {run.Status}; completed: {progress.IsCompleted(slot)}");
        for (var i = 1; i <= progress.GetTags(slot); i++)
        {
            if (run.Tags.GetValueOrDefault($"tag{i}") != Child.TextOf(slot, i)) Complain($"tag {i} of run {id} is missing");
        }

        for (var i = 1; i <= progress.GetArtifacts(slot); i++) await VerifyArtifactAsync(tracker, slot, id, i);
        for (var thread = 0; thread < options.Threads; thread++)
            await VerifyPointsAsync(tracker.Store, slot, id, thread, progress.GetPoints(slot, thread));
    }

    private async Task VerifyArtifactAsync(Tracker tracker, int slot, RunId id, int artifact)
    {
        try
        {
            await using var stream = await tracker.Runs.OpenArtifactAsync(id, $"texts/{artifact}.txt");
            using var reader = new StreamReader(stream);
            if (await reader.ReadToEndAsync() != Child.TextOf(slot, artifact)) tally.Torn++;
        }
        catch (LifecycleNotFoundException)
        {
            Complain($"artifact {artifact} of run {id} is missing");
        }
    }

    // Each thread logged the steps 0, 1, 2, … and blocks come in the order logged: so any gap, repetition or change shows.
    private async Task VerifyPointsAsync(TrackingStore store, int slot, RunId id, int thread, long returned)
    {
        tally.Logged += returned;
        var next = 0L;
        await foreach (var block in store.ReadPointsAsync(id, $"thread{thread}", PointRange.All))
        {
            for (var i = 0; i < block.Count; i++)
            {
                var point = block[i];
                if (BitConverter.DoubleToInt64Bits(point.Value) != BitConverter.DoubleToInt64Bits(Child.ValueOf(slot, thread, point.Step)))
                {
                    tally.Torn++;
                }
                else if (point.Step < next)
                {
                    tally.Duplicated++;
                }
                else
                {
                    tally.Lost += point.Step - next;
                    next = point.Step + 1;
                }
            }
        }

        // One call per thread may have been under way: its point may be there or not.
        if (next < returned) tally.Lost += returned - next;
        if (next > returned + (options.Control ? 64 : 1)) Complain($"run {id}: {next} points of thread {thread}, {returned} logged");
    }

    private void Complain(string what)
    {
        Console.Error.WriteLine(what);
        tally.Lost++;
    }
}
