using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>Reads the points of a series page by page, while they arrive.</summary>
internal sealed class HistoryReading(HttpChannel channel)
{
    /// <summary>Whether a later attempt has taken a point back. A stock server does not know attempts, but a point tells when it was logged.</summary>
    public static bool IsSuperseded(in MetricPoint point, IReadOnlyList<RunAttempt> attempts)
    {
        foreach (var attempt in attempts)
        {
            if (attempt.Id > point.UnixTimeMilliseconds && attempt.FromStep <= point.Step) return true;
        }

        return false;
    }

    /// <summary>The infinity that a database had no room for.</summary>
    public static MetricPoint WithInfinity(MetricPoint point) => point.Value switch
    {
        double.MaxValue => point with { Value = double.PositiveInfinity },
        double.MinValue => point with { Value = double.NegativeInfinity },
        _ => point,
    };

    /// <summary>All points that the server sends, in its order.</summary>
    public async IAsyncEnumerable<IReadOnlyList<MetricPoint>> ReadAsync(
        string serverRunId, string key, [EnumeratorCancellation] CancellationToken cancellationToken, bool hasInfinities = false)
    {
        string? token = null;
        do
        {
            var call = HttpCall.Get(
                "metrics/get-history", ("run_id", serverRunId), ("metric_key", key),
                ("max_results", WireLimits.HistoryPage.ToString(CultureInfo.InvariantCulture)), ("page_token", token)) with
            { IsStreamed = true };
            using var answer = await channel.SendAsync(call, cancellationToken).ConfigureAwait(false);
            var stream = await answer.Response!.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                using var reader = new HistoryReader(stream);
                while (await NextAsync(call, answer, reader, cancellationToken).ConfigureAwait(false) is { } points)
                    yield return hasInfinities ? [.. points.Select(WithInfinity)] : points;
                token = reader.NextPageToken is { } next && next != token ? next : null;
            }
        }
        while (token is not null);
    }

    /// <summary>The summary of a series from its points; null if all were taken back.</summary>
    public async ValueTask<MetricSummary?> SummarizeAsync(
        string serverRunId, string key, string name, IReadOnlyList<RunAttempt> attempts, bool hasInfinities, CancellationToken cancellationToken)
    {
        var builder = new MetricSummaryBuilder();
        await foreach (var points in ReadAsync(serverRunId, key, cancellationToken, hasInfinities).ConfigureAwait(false))
        {
            foreach (var point in points)
            {
                if (!IsSuperseded(point, attempts)) builder.Add(point);
            }
        }

        return builder.Count == 0 ? null : builder.Build(name);
    }

    private async ValueTask<IReadOnlyList<MetricPoint>?> NextAsync(HttpCall call, HttpAnswer answer, HistoryReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (JsonException)
        {
            throw channel.NotMlflow(call, answer, "no list of points");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw channel.Broken(call, e);
        }
    }
}
