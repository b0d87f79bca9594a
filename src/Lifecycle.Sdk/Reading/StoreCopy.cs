using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>How far a copy is.</summary>
/// <param name="Runs">How many runs are done.</param>
/// <param name="Points">How many points were sent.</param>
/// <param name="Artifacts">How many artifacts were sent.</param>
/// <param name="Current">The run that was just done.</param>
public readonly record struct StoreCopyProgress(int Runs, long Points, long Artifacts, RunId Current);

/// <summary>What a copy did.</summary>
/// <param name="Runs">How many runs were looked at.</param>
/// <param name="ChangedRuns">How many of them brought anything new to the target.</param>
/// <param name="Points">How many points were sent, superseded ones included.</param>
/// <param name="Artifacts">How many artifacts were sent.</param>
/// <param name="Conflicts">One sentence for each run that could not be copied, and for each fact that contradicted the target.</param>
public sealed record StoreCopyReport(int Runs, int ChangedRuns, long Points, long Artifacts, IReadOnlyList<string> Conflicts);

/// <summary>
/// Copies runs from one store to another without loss: ids, times, params with their type, tags, datasets, every attempt with its
/// superseded points, and artifacts by digest. Experiments are found in the target by name, or created with the id they have in the source
/// if it is free; they get the tags that they do not have there.
/// <para>Copying twice changes nothing: batches carry a writer id made from the run and numbers that follow from the source's content, so
/// the target's own mark tells what it has, and a copy that was cut off is finished by copying again. A run that has changed since it was
/// copied, or that the target got in another way, is left alone and reported in <see cref="StoreCopyReport.Conflicts"/>, because sending it
/// again would double points: copy runs that have ended.</para>
/// <para>One thing is not copied: points of a series all of whose points are superseded, which a run no longer lists.</para>
/// </summary>
internal static class StoreCopy
{
    private const int BatchPoints = 100_000;

    /// <summary>Copies runs.</summary>
    /// <param name="source">Where the runs are. It is only read.</param>
    /// <param name="target">Where they go. It must record marks.</param>
    /// <param name="query">Which runs; all, deleted ones included, if null. Its page size and token are not used.</param>
    /// <param name="progress">Told after each run.</param>
    /// <param name="cancellationToken">Gives up; runs that are done stay, and copying again goes on.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="ArgumentException">The target does not record marks, so that a second copy would double points.</exception>
    public static async Task<StoreCopyReport> CopyRunsAsync(
        TrackingStore source, TrackingStore target, RunQuery? query = null, IProgress<StoreCopyProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        if (!target.Capabilities.RecordsMarks)
            throw new ArgumentException(
                $"{target.Address} records no marks: a copy that is repeated would double every point.", nameof(target));
        var report = new StoreCopyReport(0, 0, 0, 0, []);
        var page = (query ?? new RunQuery { View = StageView.All }) with { MaxResults = 100, PageToken = null };
        while (true)
        {
            var found = await source.SearchRunsAsync(page, cancellationToken).ConfigureAwait(false);
            foreach (var run in found.Items)
            {
                var copy = new RunCopy(source, target, run);
                await copy.CopyAsync(cancellationToken).ConfigureAwait(false);
                report = new StoreCopyReport(
                    report.Runs + 1, report.ChangedRuns + (copy.HasChanged ? 1 : 0), report.Points + copy.Points, report.Artifacts + copy.Artifacts,
                    [.. report.Conflicts, .. copy.Conflicts]);
                progress?.Report(new StoreCopyProgress(report.Runs, report.Points, report.Artifacts, run.Id));
            }

            if (found.NextPageToken is null) return report;
            page = page with { PageToken = found.NextPageToken };
        }
    }

    /// <summary>The writer that copies a run: always the same for a run, so that the target's mark knows it.</summary>
    private static WriterId WriterOf(RunId run) =>
        WriterId.Parse(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"lifecycle copy of {run}")).AsSpan(0, 8)));

    /// <summary>The copy of one run: batches in an order that follows from its content alone.</summary>
    private sealed class RunCopy(TrackingStore source, TrackingStore target, RunInfo run)
    {
        private readonly WriterId _writer = WriterOf(run.Id);
        private readonly List<string> _conflicts = [];
        private WriterMark? _mark;
        private long _sequence;
        private byte[] _state = [];

        public bool HasChanged { get; private set; }

        public long Points { get; private set; }

        public long Artifacts { get; private set; }

        public IReadOnlyList<string> Conflicts => _conflicts;

        public async Task CopyAsync(CancellationToken cancellationToken)
        {
            var experiment = await source.GetExperimentAsync(run.ExperimentId, cancellationToken).ConfigureAwait(false);
            var artifacts = await source.ListArtifactsAsync(run.Id, cancellationToken).ConfigureAwait(false);
            _state = StateOf(artifacts);
            _mark = await target.GetMarkAsync(run.Id, _writer, cancellationToken).ConfigureAwait(false);
            // The state with a 1 behind it is the mark of a copy that was finished.
            if (_mark is { } done && done.Mark.Span.SequenceEqual((byte[])[.. _state, 1])) return;
            if (await FindObstacleAsync(cancellationToken).ConfigureAwait(false) is { } obstacle)
            {
                _conflicts.Add($"The run {run.Id} was not copied: {obstacle}");
                return;
            }

            var (experimentId, experimentName) = await PlaceAsync(experiment, cancellationToken).ConfigureAwait(false);
            await SendAsync(0, [new RunStarted(experimentId, experimentName, run.Name, run.StartTime, run.ParentId, run.User), .. Facts()], [], null, cancellationToken)
                .ConfigureAwait(false);
            if (experiment is not null) await CopyTagsAsync(experiment, cancellationToken).ConfigureAwait(false);
            // Attempts before points: what is superseded is so from the first moment.
            foreach (var attempt in run.Attempts.OrderBy(attempt => attempt.Id))
                await SendAsync(attempt.Id, [new RunResumed(attempt.FromStep)], [], null, cancellationToken).ConfigureAwait(false);
            foreach (var key in run.Metrics.Keys.Order(StringComparer.Ordinal))
                await CopyPointsAsync(key, cancellationToken).ConfigureAwait(false);
            foreach (var artifact in artifacts) await CopyArtifactAsync(artifact, cancellationToken).ConfigureAwait(false);
            var last = run.Attempts.Count > 0 ? run.Attempts.Max(attempt => attempt.Id) : 0;
            _state = [.. _state, 1];
            RunFact[] stage = run.Stage == LifecycleStage.Deleted ? [new RunStageChanged(run.Stage)] : [];
            await SendAsync(last, stage, [], new RunStatusChanged(run.Status, run.EndTime, run.Error), cancellationToken).ConfigureAwait(false);
        }

        /// <summary>
        /// The experiment to start in. A store looks at an id first: one that the target gave to another experiment must not be named.
        /// </summary>
        private async Task<(string? Id, string? Name)> PlaceAsync(ExperimentInfo? experiment, CancellationToken cancellationToken)
        {
            var name = experiment?.Name ?? $"experiment {run.ExperimentId}";
            if (await target.GetExperimentByNameAsync(name, cancellationToken).ConfigureAwait(false) is { } known) return (known.Id, name);
            var isTaken = await target.GetExperimentAsync(run.ExperimentId, cancellationToken).ConfigureAwait(false) is not null;
            return (isTaken ? null : run.ExperimentId, name);
        }

        /// <summary>Gives the target's experiment the tags that it does not have; those that it has stay.</summary>
        private async Task CopyTagsAsync(ExperimentInfo experiment, CancellationToken cancellationToken)
        {
            if (experiment.Tags.Count == 0) return;
            if (await target.GetExperimentByNameAsync(experiment.Name, cancellationToken).ConfigureAwait(false) is not { } known) return;
            var missing = experiment.Tags.Where(tag => !known.Tags.ContainsKey(tag.Key)).ToDictionary(tag => tag.Key, tag => (string?)tag.Value, StringComparer.Ordinal);
            if (missing.Count > 0) await target.UpdateExperimentAsync(known.Id, new ExperimentUpdate { Tags = missing }, cancellationToken).ConfigureAwait(false);
        }

        /// <summary>Why sending this run would double points; null if it would not.</summary>
        private async Task<string?> FindObstacleAsync(CancellationToken cancellationToken)
        {
            if (_mark is { } mark)
            {
                return mark.Mark.Span.SequenceEqual(_state)
                    ? null
                    : $"{target.Address} holds an earlier state of it, and it has changed since. Delete it there and collect the garbage, then copy again.";
            }

            return await target.GetRunAsync(run.Id, cancellationToken).ConfigureAwait(false) is null
                ? null
                : $"{target.Address} has a run of that id that was not copied there.";
        }

        private IEnumerable<RunFact> Facts() =>
        [
            .. run.Params.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new ParamLogged(pair.Key, pair.Value)),
            .. run.Tags.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new TagSet(pair.Key, pair.Value)),
            .. run.Inputs.Select(input => new InputLogged(input)),
        ];

        private async Task CopyPointsAsync(string key, CancellationToken cancellationToken)
        {
            // One batch has one attempt; blocks of an attempt are gathered until the next one or until they are many.
            var range = new PointRange { IncludeSuperseded = true };
            var (attempt, steps, timestamps, values) = (0L, new List<long>(), new List<long>(), new List<double>());
            await foreach (var block in source.ReadPointsAsync(run.Id, key, range, cancellationToken).ConfigureAwait(false))
            {
                if (steps.Count > 0 && (block.Attempt != attempt || steps.Count + block.Count > BatchPoints))
                    await FlushAsync().ConfigureAwait(false);
                attempt = block.Attempt;
                steps.AddRange(block.Steps.Span);
                timestamps.AddRange(block.Timestamps.Span);
                values.AddRange(block.Values.Span);
            }

            if (steps.Count > 0) await FlushAsync().ConfigureAwait(false);

            async Task FlushAsync()
            {
                var points = new SeriesPoints(key, steps.ToArray(), timestamps.ToArray(), values.ToArray());
                if (await SendAsync(attempt, [], [points], null, cancellationToken).ConfigureAwait(false)) Points += steps.Count;
                steps.Clear();
                timestamps.Clear();
                values.Clear();
            }
        }

        private async Task CopyArtifactAsync(ArtifactInfo artifact, CancellationToken cancellationToken)
        {
            if (_sequence < _mark?.Sequence)
            {
                _sequence++;
                return;
            }

            var path = Path.Combine(Path.GetTempPath(), $"lifecycle-copy-{Guid.NewGuid():N}");
            try
            {
                var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
                await using (file.ConfigureAwait(false))
                {
                    var content = await source.OpenArtifactAsync(run.Id, artifact.Path, cancellationToken).ConfigureAwait(false);
                    await using (content.ConfigureAwait(false)) await content.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
                }

                await target.PutContentAsync(new StagedContent(artifact.Digest, artifact.Size, path), cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                // The target may have moved it away; deleting what is not there is no error.
                File.Delete(path);
            }

            if (await SendAsync(0, [new ArtifactLogged(artifact)], [], null, cancellationToken).ConfigureAwait(false)) Artifacts++;
        }

        private async Task<bool> SendAsync(
            long attempt, RunFact[] facts, SeriesPoints[] points, RunStatusChanged? end, CancellationToken cancellationToken)
        {
            if (++_sequence <= _mark?.Sequence) return false;
            var batch = new RunBatch
            {
                Run = run.Id,
                Writer = _writer,
                Attempt = attempt,
                Sequence = _sequence,
                Mark = _state,
                Time = run.LastSeen,
                Facts = facts,
                Points = points,
                End = end,
            };
            var result = await target.ApplyAsync(batch, cancellationToken).ConfigureAwait(false);
            _conflicts.AddRange(result.Conflicts);
            HasChanged |= result.Applied;
            return result.Applied;
        }

        /// <summary>
        /// A hash of what decides the batches and their order. A mark with another hash belongs to another state of the run, whose numbers
        /// mean other points.
        /// </summary>
        private byte[] StateOf(IReadOnlyList<ArtifactInfo> artifacts)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var (key, summary) in run.Metrics.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                Append(key);
                Append(summary.Count, summary.Last.Step, summary.Last.UnixTimeMilliseconds, BitConverter.DoubleToInt64Bits(summary.Last.Value));
            }

            foreach (var attempt in run.Attempts) Append(attempt.Id, attempt.FromStep ?? long.MinValue);
            foreach (var fact in Facts()) Append(fact.ToString());
            foreach (var artifact in artifacts) Append(artifact.ToString());
            Append($"{run.Name}|{run.Status}|{run.Stage}|{run.EndTime:O}|{run.Error}");
            return hash.GetHashAndReset();

            void Append(params ReadOnlySpan<object> values)
            {
                Span<byte> number = stackalloc byte[8];
                foreach (var value in values)
                {
                    if (value is long integer)
                    {
                        BinaryPrimitives.WriteInt64BigEndian(number, integer);
                        hash.AppendData(number);
                        continue;
                    }

                    var text = Encoding.UTF8.GetBytes((string)value);
                    BinaryPrimitives.WriteInt64BigEndian(number, text.Length);
                    hash.AppendData(number);
                    hash.AppendData(text);
                }
            }
        }
    }
}
