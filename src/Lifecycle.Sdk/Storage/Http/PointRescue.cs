namespace Lifecycle.Sdk.Storage.Http;

/// <summary>
/// Brings the points of a refused request to a stock server as far as it takes them. Servers with a database refuse a whole request for one NaN that they
/// have already, or that stands in it twice, and for points that they have if those of other series go before them: each time that something is sent again.
/// So what the server has is left out first. What is refused even then is searched for by halves, and said.
/// </summary>
internal sealed class PointRescue(Func<HttpCall, CancellationToken, ValueTask<HttpAnswer>> send, HistoryReading histories, RunLink link, List<string> conflicts)
{
    private readonly Dictionary<string, HashSet<MetricPoint>> _stored = new(StringComparer.Ordinal);

    /// <summary>Sends the points of one request.</summary>
    public async ValueTask SendAsync(IReadOnlyList<SeriesPoints> points, PointPlace start, int count, CancellationToken cancellationToken)
    {
        var missing = new List<SeriesPoints>();
        for (var (index, at) = (start.Series, start.At); count > 0; (index, at) = (index + 1, 0))
        {
            var taken = Math.Min(count, points[index].Steps.Length - at);
            count -= taken;
            var rest = await MissingAsync(Part(points[index], at, taken), cancellationToken).ConfigureAwait(false);
            if (rest.Steps.Length > 0) missing.Add(rest);
        }

        if (missing.Count == 0 || await TryAsync(missing, cancellationToken).ConfigureAwait(false) is null) return;
        foreach (var series in missing) await SplitAsync(series, isKeyTaken: false, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask SplitAsync(SeriesPoints series, bool isKeyTaken, CancellationToken cancellationToken)
    {
        var count = series.Steps.Length;
        if (count == 0 || await TryAsync([series], cancellationToken).ConfigureAwait(false) is not { } failure) return;
        if (count == 1)
        {
            Refuse(series, failure);
            return;
        }

        if (!isKeyTaken)
        {
            // Most likely it is the name: then one point is refused like another, and thousands need not be asked for.
            var (first, last) = (Part(series, 0, 1), Part(series, count - 1, 1));
            var (isFirst, isLast) = (await TryAsync([first], cancellationToken).ConfigureAwait(false), await TryAsync([last], cancellationToken).ConfigureAwait(false));
            if (isFirst is not null && isLast is not null)
            {
                Refuse(series, failure);
                return;
            }

            if (isFirst is not null) Refuse(first, isFirst);
            if (isLast is not null) Refuse(last, isLast);
            (series, count) = (Part(series, 1, count - 2), count - 2);
        }

        await SplitAsync(Part(series, 0, count / 2), isKeyTaken: true, cancellationToken).ConfigureAwait(false);
        await SplitAsync(Part(series, count / 2, count - (count / 2)), isKeyTaken: true, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The points that the server does not have, each once.</summary>
    private async ValueTask<SeriesPoints> MissingAsync(SeriesPoints series, CancellationToken cancellationToken)
    {
        if (!_stored.TryGetValue(series.Key, out var stored)) _stored.Add(series.Key, stored = await StoredAsync(series.Key, cancellationToken).ConfigureAwait(false));
        var (steps, timestamps, values) = (new List<long>(), new List<long>(), new List<double>());
        for (var i = 0; i < series.Steps.Length; i++)
        {
            var point = new MetricPoint(series.Steps.Span[i], series.Timestamps.Span[i], series.Values.Span[i]);
            if (!stored.Add(AsStored(point))) continue;
            steps.Add(point.Step);
            timestamps.Add(point.UnixTimeMilliseconds);
            values.Add(point.Value);
        }

        return series with { Steps = steps.ToArray(), Timestamps = timestamps.ToArray(), Values = values.ToArray() };
    }

    private async ValueTask<HashSet<MetricPoint>> StoredAsync(string key, CancellationToken cancellationToken)
    {
        var stored = new HashSet<MetricPoint>();
        try
        {
            await foreach (var points in histories.ReadAsync(link.ServerId, key, cancellationToken).ConfigureAwait(false)) stored.UnionWith(points.Select(AsStored));
        }
        catch (HttpFailureException e) when (e.IsRefusal || e.IsMissing)
        {
            // A key that it does not take has no points.
        }

        return stored;
    }

    // As a database has it: no infinity, one zero.
    private static MetricPoint AsStored(MetricPoint point) => point.Value switch
    {
        double.PositiveInfinity => point with { Value = double.MaxValue },
        double.NegativeInfinity => point with { Value = double.MinValue },
        0 => point with { Value = 0 },
        _ => point,
    };

    private async ValueTask<HttpFailureException?> TryAsync(IReadOnlyList<SeriesPoints> points, CancellationToken cancellationToken)
    {
        foreach (var request in new PointRequests(link.ServerId, null).Write(points))
        {
            try
            {
                using var _ = await send(HttpCall.Post("runs/log-batch", request.Body), cancellationToken).ConfigureAwait(false);
            }
            catch (HttpFailureException e) when (e.IsRefusal)
            {
                request.Return();
                return e;
            }

            request.Return();
        }

        return null;
    }

    private void Refuse(in SeriesPoints series, HttpFailureException failure)
    {
        var name = link.Map.MetricOf(series.Key);
        var which = series.Steps.Length == 1 ? FormattableString.Invariant($"The point of '{name}' at step {series.Steps.Span[0]} was")
            : FormattableString.Invariant($"{series.Steps.Length} points of '{name}' at the steps from {series.Steps.Span[0]} to {series.Steps.Span[^1]} were");
        conflicts.Add($"{which} not stored: the server says {failure.Said}".TrimEnd());
    }

    private static SeriesPoints Part(in SeriesPoints series, int start, int count) => series with
    {
        Steps = series.Steps.Slice(start, count),
        Timestamps = series.Timestamps.Slice(start, count),
        Values = series.Values.Slice(start, count),
    };
}
