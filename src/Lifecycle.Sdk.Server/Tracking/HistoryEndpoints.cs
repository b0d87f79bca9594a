using System.Globalization;
using System.Text;
using System.Text.Json;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Server;

/// <summary>Histories of metrics, written point by point: a history of millions is not first put into memory as objects.</summary>
internal static class HistoryEndpoints
{
    private const int MaxRuns = 100;
    private const int MaxBulkPoints = 25_000;
    private const int MaxIntervalSteps = 2_500;
    private const int FlushAt = 1 << 16;

    public static async Task GetAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var (run, key) = (RunEndpoints.ParseRun(request.RequiredRun()), request.Required("metric_key"));
        var page = request.Text("max_results") is null ? int.MaxValue : request.MaxResults(int.MaxValue, int.MaxValue);
        var skip = OffsetOf(request.Text("page_token"));
        // Sorted, so that pages fit together whatever is logged meanwhile at later steps.
        var history = await ReadAsync(call, run, key, PointRange.All).ConfigureAwait(false);
        var end = (int)Math.Min(history.Count, (long)skip + page);
        call.Context.Response.ContentType = "application/json";
        using var json = new Utf8JsonWriter(call.Context.Response.BodyWriter);
        json.WriteStartObject();
        if (skip < end)
        {
            json.WriteStartArray("metrics");
            for (var i = skip; i < end; i++) await WriteAsync(call, json, history, i, null).ConfigureAwait(false);
            json.WriteEndArray();
        }

        if (end < history.Count) json.WriteString("next_page_token", TokenOf(end));
        json.WriteEndObject();
        await EndAsync(call, json).ConfigureAwait(false);
    }

    public static async Task GetBulkAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var key = request.Required("metric_key");
        var left = request.MaxResults(MaxBulkPoints, int.MaxValue);
        left = Math.Min(left, MaxBulkPoints);
        await WriteRunsAsync(call, RunsOf(request, "run_id"), async (json, run) =>
        {
            var history = await ReadAsync(call, run, key, PointRange.All).ConfigureAwait(false);
            foreach (var i in ByTime(history).Take(left))
            {
                left--;
                await WriteAsync(call, json, history, i, run).ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
    }

    public static async Task GetBulkIntervalAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var key = request.Required("metric_key");
        var most = request.MaxResults(MaxIntervalSteps, MaxIntervalSteps);
        var range = new PointRange { MinStep = request.Int64("start_step") ?? long.MinValue, MaxStep = request.Int64("end_step") ?? long.MaxValue };
        if (range.MinStep > range.MaxStep)
            throw ApiException.Refused(FormattableString.Invariant($"end_step must be greater than start_step. Found start_step={range.MinStep} and end_step={range.MaxStep}."));
        await WriteRunsAsync(call, RunsOf(request, "run_ids"), async (json, run) =>
        {
            var history = await ReadAsync(call, run, key, range).ConfigureAwait(false);
            var kept = Sampled(history, most);
            for (var i = 0; i < history.Count; i++)
            {
                if (kept.Contains(history.Steps.Span[i])) await WriteAsync(call, json, history, i, run).ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
    }

    private static List<RunId> RunsOf(ApiRequest request, string parameter)
    {
        var ids = request.Texts(parameter);
        if (ids.Count == 0) throw ApiException.Missing(parameter);
        if (ids.Count > MaxRuns) throw ApiException.Refused(FormattableString.Invariant($"GetMetricHistoryBulk request must specify at most {MaxRuns} run_ids. Received {ids.Count} run_ids."));
        return [.. ids.Order(StringComparer.Ordinal).Select(RunEndpoints.ParseRun)];
    }

    private static async Task WriteRunsAsync(ApiCall call, List<RunId> runs, Func<Utf8JsonWriter, RunId, Task> write)
    {
        call.Context.Response.ContentType = "application/json";
        using var json = new Utf8JsonWriter(call.Context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteStartArray("metrics");
        foreach (var run in runs) await write(json, run).ConfigureAwait(false);
        json.WriteEndArray();
        json.WriteEndObject();
        await EndAsync(call, json).ConfigureAwait(false);
    }

    /// <summary>An unknown run has no history, as with MLflow's SQL store.</summary>
    private static async ValueTask<MetricHistory> ReadAsync(ApiCall call, RunId run, string key, PointRange range)
    {
        try
        {
            return await call.Store.ReadHistoryAsync(run, key, range, sorted: true, call.Aborted).ConfigureAwait(false);
        }
        catch (LifecycleNotFoundException)
        {
            return new MetricHistory(key, default, default, default);
        }
    }

    private static IEnumerable<int> ByTime(MetricHistory history) =>
        Enumerable.Range(0, history.Count).OrderBy(i => history.Timestamps.Span[i]).ThenBy(i => history.Steps.Span[i]).ThenBy(i => history.Values.Span[i]);

    /// <summary>The steps that are shown: evenly spread, the first and the last among them.</summary>
    private static HashSet<long> Sampled(MetricHistory history, int most)
    {
        var steps = history.Steps.ToArray().Distinct().ToArray();
        if (steps.Length <= most) return [.. steps];
        return [.. Enumerable.Range(0, most).Select(i => steps[(int)((long)i * (steps.Length - 1) / Math.Max(1, most - 1))])];
    }

    private static async ValueTask WriteAsync(ApiCall call, Utf8JsonWriter json, MetricHistory history, int i, RunId? run)
    {
        json.WriteStartObject();
        json.WriteString("key"u8, history.Key);
        var value = history.Values.Span[i];
        if (double.IsFinite(value)) json.WriteNumber("value"u8, value);
        else json.WriteString("value"u8, double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
        json.WriteNumber("timestamp"u8, history.Timestamps.Span[i]);
        json.WriteNumber("step"u8, history.Steps.Span[i]);
        if (run is { } id) json.WriteString("run_id"u8, id.ToString());
        json.WriteEndObject();
        if (json.BytesPending < FlushAt) return;
        json.Flush();
        await call.Context.Response.BodyWriter.FlushAsync(call.Aborted).ConfigureAwait(false);
    }

    private static async Task EndAsync(ApiCall call, Utf8JsonWriter json)
    {
        json.Flush();
        await call.Context.Response.BodyWriter.FlushAsync(call.Aborted).ConfigureAwait(false);
    }

    private static string TokenOf(int offset) => Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"offset\": {offset}}}")));

    private static int OffsetOf(string? token)
    {
        if (token is null) return 0;
        Span<byte> json = stackalloc byte[128];
        if (token.Length <= 128 && Convert.TryFromBase64String(token, json, out var length))
        {
            try
            {
                var reader = new Utf8JsonReader(json[..length]);
                using var document = JsonDocument.ParseValue(ref reader);
                if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("offset", out var offset) && offset.TryGetInt32(out var number) && number >= 0) return number;
            }
            catch (JsonException)
            {
                // It is refused below.
            }
        }

        throw ApiException.Invalid("page_token", token, "it is not one of this server's.");
    }
}
