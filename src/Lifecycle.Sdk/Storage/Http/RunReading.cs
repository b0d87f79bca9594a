using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>Makes this library's snapshots of runs from the server's, with the names, types and values that were logged.</summary>
internal sealed class RunReading(HttpChannel channel, HttpArtifacts artifacts, HistoryReading histories)
{
    private static readonly string[] OwnTags =
        [WireTags.RunId, WireTags.Error, WireTags.Attempts, WireTags.LastSeen, WireTags.FullName, WireTags.RunName, WireTags.User, WireTags.ParentRunId];

    /// <summary>Tags that say again what a dialect server tells of the run itself.</summary>
    private static readonly string[] DialectTags = [WireTags.RunName, WireTags.User, WireTags.ParentRunId];

    /// <summary>Whether a tag is one that the protocol or this provider sets by itself.</summary>
    public static bool IsOwnTag(string key) => OwnTags.Contains(key) || RunLink.IsOfAttempts(key) || WireMap.Owns(key);

    public async ValueTask<RunInfo> ReadAsync(WireRun run, CancellationToken cancellationToken)
    {
        var map = WireMap.Read(run.Data?.Tags);
        var id = RunLink.IdOf(run);
        var attempts = RunLink.AttemptsOf(run);
        var status = WireText.StatusOf(run.Info.Status);
        if (run.Info.Status == WireText.Killed && map.Status is { } own) status = WireText.StatusOf(own);
        var isOver = status is not (RunStatus.Running or RunStatus.Scheduled);
        return new RunInfo
        {
            Id = id,
            ExperimentId = run.Info.ExperimentId,
            Name = NameOf(run) ?? id.ToString(),
            Status = status,
            Stage = run.Info.LifecycleStage == "deleted" ? LifecycleStage.Deleted : LifecycleStage.Active,
            StartTime = WireTime.Of(run.Info.StartTime),
            // A stock server can't forget an end; a run that was resumed has none.
            EndTime = isOver && run.Info.EndTime is { } end ? WireTime.Of(end) : null,
            LastSeen = LastSeenOf(run, isOver),
            ParentId = RunId.TryParse(run.Info.ParentRunId ?? map.Parent ?? Tag(run, WireTags.ParentRunId), null, out var parent) ? parent : null,
            User = Tag(run, WireTags.User) is { } whoever ? await WholeAsync(run, whoever, map.FindTag(WireTags.User), id, cancellationToken).ConfigureAwait(false)
                : run.Info.UserId is { Length: > 0 } user ? user : null,
            Error = isOver ? run.Info.Error ?? await ErrorAsync(run, map, id, cancellationToken).ConfigureAwait(false) : null,
            Params = await ParamsAsync(run, map, id, cancellationToken).ConfigureAwait(false),
            Tags = await TagsAsync(run, map, id, cancellationToken).ConfigureAwait(false),
            Metrics = await MetricsAsync(run, map, id, attempts, cancellationToken).ConfigureAwait(false),
            Inputs = await InputsAsync(run, map, id, cancellationToken).ConfigureAwait(false),
            Attempts = attempts,
        };
    }

    private static string? Tag(WireRun run, string key) => run.Data?.Tags?.FirstOrDefault(tag => tag.Key == key)?.Value is { Length: > 0 } value ? value : null;

    private static string? NameOf(WireRun run)
    {
        var name = run.Info.RunName is { Length: > 0 } given ? given : Tag(run, WireTags.RunName);
        // Another client may have given it another name since.
        return Tag(run, WireTags.FullName) is { } full && WireText.RunName(full) == name ? full : name;
    }

    private static DateTimeOffset LastSeenOf(WireRun run, bool isOver)
    {
        if (run.Info.LastSeen is { } seen) return WireTime.Of(seen);
        var latest = Math.Max(run.Info.StartTime, isOver ? run.Info.EndTime ?? 0 : 0);
        return WireTime.Of(long.TryParse(Tag(run, WireTags.LastSeen), NumberStyles.None, CultureInfo.InvariantCulture, out var heard) ? Math.Max(heard, latest) : latest);
    }

    private async ValueTask<string?> ErrorAsync(WireRun run, WireMap map, RunId id, CancellationToken cancellationToken) =>
        Tag(run, WireTags.Error) is { } value ? await WholeAsync(run, value, map.FindTag(WireTags.Error), id, cancellationToken).ConfigureAwait(false) : null;

    private async ValueTask<Dictionary<string, ParamValue>> ParamsAsync(WireRun run, WireMap map, RunId id, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, ParamValue>(StringComparer.Ordinal);
        foreach (var param in run.Data?.Params ?? [])
        {
            var name = map.ParamOf(param.Key);
            var entry = map.FindParam(name);
            values[name] = WireText.ValueOf(await WholeAsync(run, param.Value, entry, id, cancellationToken).ConfigureAwait(false), param.Type ?? entry?.Type);
        }

        return values;
    }

    private async ValueTask<Dictionary<string, string>> TagsAsync(WireRun run, WireMap map, RunId id, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tag in run.Data?.Tags ?? [])
        {
            if (channel.IsDialect ? DialectTags.Contains(tag.Key) : IsOwnTag(tag.Key)) continue;
            var name = map.TagOf(tag.Key);
            values[name] = await WholeAsync(run, tag.Value, map.FindTag(name), id, cancellationToken).ConfigureAwait(false);
        }

        return values;
    }

    private async ValueTask<Dictionary<string, MetricSummary>> MetricsAsync(
        WireRun run, WireMap map, RunId id, IReadOnlyList<RunAttempt> attempts, CancellationToken cancellationToken)
    {
        var summaries = new Dictionary<string, MetricSummary>(StringComparer.Ordinal);
        foreach (var metric in run.Data?.Metrics ?? [])
        {
            var name = map.MetricOf(metric.Key);
            var last = new MetricPoint(metric.Step, metric.Timestamp, metric.Value);
            var hasInfinities = map.HasInfinities(metric.Key);
            if (hasInfinities) last = HistoryReading.WithInfinity(last);
            var summary = metric.Summary is { } known ? SummaryOf(name, last, known) : LatestOf(name, last);
            if (metric.Summary is null && HistoryReading.IsSuperseded(last, attempts))
            {
                // What the server takes for the latest was taken back: only the points themselves tell which is the latest now.
                if (await histories.SummarizeAsync(run.Info.RunId, metric.Key, name, attempts, hasInfinities, cancellationToken).ConfigureAwait(false) is not { } rest) continue;
                summary = rest;
            }

            summaries[name] = summary;
        }

        return summaries;
    }

    private static MetricSummary SummaryOf(string name, in MetricPoint last, WireSummary known) => new()
    {
        Key = name,
        Count = known.Count,
        NaNCount = known.NanCount,
        First = PointOf(known.First),
        Last = last,
        Min = known.Min is { } min ? PointOf(min) : null,
        Max = known.Max is { } max ? PointOf(max) : null,
        Sum = known.Sum,
    };

    private static MetricSummary LatestOf(string name, in MetricPoint last)
    {
        var builder = new MetricSummaryBuilder();
        builder.Add(last);
        return builder.Build(name) with { IsLatestOnly = true };
    }

    private static MetricPoint PointOf(WirePoint point) => new(point.Step, point.Timestamp, point.Value);

    private async ValueTask<List<DatasetInput>> InputsAsync(WireRun run, WireMap map, RunId id, CancellationToken cancellationToken)
    {
        var inputs = new List<DatasetInput>();
        foreach (var input in run.Inputs?.DatasetInputs ?? [])
        {
            var context = WireDatasets.ContextOf(input);
            if (map.FindDataset(input.Dataset.Digest) is { File: { } file })
            {
                var json = await TextAsync(run, file, id, cancellationToken).ConfigureAwait(false) ?? "null";
                if (JsonSerializer.Deserialize(json, WireEntryJson.Default.DatasetInput) is { } whole && whole.Name == input.Dataset.Name)
                {
                    inputs.Add(whole with { Context = context });
                    continue;
                }
            }

            inputs.Add(new DatasetInput
            {
                Name = input.Dataset.Name,
                Digest = input.Dataset.Digest,
                Source = input.Dataset.Source,
                SourceType = input.Dataset.SourceType,
                Schema = input.Dataset.Schema,
                RowCount = WireDatasets.RowsOf(input.Dataset.Profile),
                Context = context,
            });
        }

        return inputs;
    }

    private async ValueTask<string> WholeAsync(WireRun run, string value, WireEntry? entry, RunId id, CancellationToken cancellationToken) =>
        // What stands for the value says that there was more.
        entry is { File: { } file } && WireText.IsStub(value, entry.Sha256) ? await TextAsync(run, file, id, cancellationToken).ConfigureAwait(false) ?? value : value;

    /// <summary>A file that holds a long value; null if it is no longer there: the rest of the run is to be read all the same.</summary>
    private async ValueTask<string?> TextAsync(WireRun run, string file, RunId id, CancellationToken cancellationToken)
    {
        Stream stream;
        try
        {
            stream = await artifacts.OpenAsync(run.Info.ArtifactUri, id, file, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LifecycleNotFoundException or HttpFailureException { IsUnserved: true })
        {
            return null;
        }

        await using (stream.ConfigureAwait(false))
        {
            var bytes = new MemoryStream();
            await stream.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
            if (!file.Contains(ContentDigest.Of(bytes.ToArray()).ToString()[..16], StringComparison.Ordinal))
                throw new LifecycleException($"The artifact '{file}' of run '{id}' at {channel.Address}, which holds a long value, was altered.") { Store = channel.Address, Run = id };
            return Encoding.UTF8.GetString(bytes.ToArray());
        }
    }
}
