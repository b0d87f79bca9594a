using System.Globalization;
using System.Text;

namespace Lifecycle.Sdk.Storage.Http;

/// <content>Params, tags and artifacts.</content>
internal sealed partial class BatchDelivery
{
    /// <summary>How rarely a stock server is told that somebody logs, if there is nothing else to tell.</summary>
    private static readonly TimeSpan HeardInterval = TimeSpan.FromSeconds(25);

    private async ValueTask SendValuesAsync(bool hasPoints, CancellationToken cancellationToken)
    {
        var parameters = await MapParamsAsync(cancellationToken).ConfigureAwait(false);
        var tags = await MapTagsAsync(cancellationToken).ConfigureAwait(false);
        foreach (var (name, value) in _tags)
        {
            if (value is null) await DeleteTagAsync(TagKeyOf(name), cancellationToken).ConfigureAwait(false);
        }

        if (!_isDialect && batch.Time - link.Heard >= HeardInterval && !batch.Writer.IsNone)
            tags.Add(new WireTag(WireTags.LastSeen, batch.Time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)));
        if (_user is not null) tags.Add(new WireTag(WireTags.User, await FitAsync(WireTags.User, _user, cancellationToken).ConfigureAwait(false)));
        tags.AddRange(link.Unsent);
        // A dialect server takes an empty batch for a sign of life.
        var isPulse = _isDialect && !hasPoints && batch.Facts.Count == 0 && batch.End is null && !batch.Writer.IsNone;
        if (isPulse) await LogAsync([], [], cancellationToken).ConfigureAwait(false);
        foreach (var (someParams, someTags) in Cut(parameters, tags)) await LogValuesAsync(someParams, someTags, cancellationToken).ConfigureAwait(false);
        link.Unsent.Clear();
        foreach (var parameter in parameters) link.AddParam(parameter.Key, parameter.Value);
        foreach (var tag in tags) link.TagKeys.Add(tag.Key);
    }

    private async ValueTask SendMappingAsync(CancellationToken cancellationToken)
    {
        foreach (var tag in link.Unsent) await SetTagAsync(tag.Key, tag.Value, cancellationToken).ConfigureAwait(false);
        link.Unsent.Clear();
    }

    private async ValueTask<List<WireParam>> MapParamsAsync(CancellationToken cancellationToken)
    {
        var mapped = new List<WireParam>(_params.Count);
        foreach (var (name, value) in _params)
        {
            var (text, type) = (value.ToString(), WireText.TypeOf(value.Kind));
            if (_isDialect)
            {
                mapped.Add(new WireParam(name, text, type ?? "string"));
                continue;
            }

            if (!link.Map.TryParamKey(name, out var key))
            {
                var usual = WireKeys.Of(name);
                key = WireKeys.Free(name, usual, link.ParamKeys, link.Map.IsParamKeyTaken(usual));
            }

            link.ParamKeys.Add(key);
            var file = default((string Path, ContentDigest Digest)?);
            if (!WireText.Fits(text, WireLimits.ParamValue))
            {
                file = await TryKeepAsync("params", name, $"param '{name}'", Encoding.UTF8.GetBytes(text), cancellationToken).ConfigureAwait(false);
                text = WireText.Stub(text, file?.Path, file?.Digest);
            }

            if (link.Params.TryGetValue(key, out var known))
            {
                if (known != text || link.Map.FindParam(name)?.Type != type) _conflicts.Add(Contradiction(name, known, value));
                continue;
            }

            if (key != name || type is not null || file is not null)
                Note(new WireEntry { Param = name, Key = key == name ? null : key, Type = type, File = file?.Path, Sha256 = file?.Digest.ToString() });
            mapped.Add(new WireParam(key, text));
        }

        return mapped;
    }

    private async ValueTask<List<WireTag>> MapTagsAsync(CancellationToken cancellationToken)
    {
        var mapped = new List<WireTag>(_tags.Count);
        foreach (var (name, value) in _tags)
        {
            if (value is null) continue;
            mapped.Add(new WireTag(TagKeyOf(name), _isDialect ? value : await FitAsync(name, value, cancellationToken).ConfigureAwait(false)));
        }

        return mapped;
    }

    /// <summary>A tag's value as the server takes it: one that is too long is kept as an artifact.</summary>
    private async ValueTask<string> FitAsync(string name, string value, CancellationToken cancellationToken)
    {
        if (WireText.Fits(value, WireLimits.TagValue)) return value;
        var file = await TryKeepAsync("tags", name, $"tag '{name}'", Encoding.UTF8.GetBytes(value), cancellationToken).ConfigureAwait(false);
        if (file is { } kept) Note(new WireEntry { Tag = name, Key = link.Map.FindTag(name)?.Key, File = kept.Path, Sha256 = kept.Digest.ToString() });
        return WireText.Stub(value, file?.Path, file?.Digest);
    }

    private string TagKeyOf(string name)
    {
        if (_isDialect) return name;
        if (link.Map.TryTagKey(name, out var known)) return known;
        var usual = RunReading.IsOwnTag(name) ? WireKeys.Hashed(name) : WireKeys.Of(name);
        var key = WireKeys.Free(name, usual, link.TagKeys, link.Map.IsTagKeyTaken(usual));
        link.TagKeys.Add(key);
        if (key != name) Note(new WireEntry { Tag = name, Key = key });
        return key;
    }

    /// <summary>Requests within the server's limits.</summary>
    private static IEnumerable<(List<WireParam> Params, List<WireTag> Tags)> Cut(List<WireParam> parameters, List<WireTag> tags)
    {
        var (someParams, someTags, bytes) = (new List<WireParam>(), new List<WireTag>(), 0);
        foreach (var parameter in parameters)
        {
            var size = SizeOf(parameter.Key, parameter.Value);
            if (someParams.Count == WireLimits.ParamsPerBatch || bytes + size > WireLimits.BatchBytes)
            {
                yield return (someParams, someTags);
                (someParams, someTags, bytes) = ([], [], 0);
            }

            someParams.Add(parameter);
            bytes += size;
        }

        foreach (var tag in tags)
        {
            var size = SizeOf(tag.Key, tag.Value);
            if (someTags.Count == WireLimits.TagsPerBatch || bytes + size > WireLimits.BatchBytes)
            {
                yield return (someParams, someTags);
                (someParams, someTags, bytes) = ([], [], 0);
            }

            someTags.Add(tag);
            bytes += size;
        }

        if (someParams.Count + someTags.Count > 0) yield return (someParams, someTags);

        // JSON may take six bytes for a character; nearly all take fewer.
        static int SizeOf(string key, string value) => ((key.Length + value.Length) * 6) + 40;
    }

    private async ValueTask LogAsync(IReadOnlyList<WireParam> parameters, IReadOnlyList<WireTag> tags, CancellationToken cancellationToken)
    {
        var body = WireBody.Of(json =>
        {
            json.WriteString("run_id", link.ServerId);
            if (_isDialect && !batch.Writer.IsNone && batch.Attempt != RunBatch.LatestAttempt) json.WriteNumber("attempt", batch.Attempt);
            if (parameters.Count > 0) json.Params("params", parameters);
            if (tags.Count > 0) json.Tags("tags", tags);
        });
        using var _ = await SendAsync(HttpCall.Post("runs/log-batch", body), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends values; what the server refuses is left out and reported, so that it does not keep everything else from arriving.</summary>
    private async ValueTask LogValuesAsync(List<WireParam> parameters, List<WireTag> tags, CancellationToken cancellationToken)
    {
        try
        {
            await LogAsync(parameters, tags, cancellationToken).ConfigureAwait(false);
            return;
        }
        catch (HttpFailureException e) when (e.IsRefusal || e.IsTaken)
        {
            if (await StageAsync(cancellationToken).ConfigureAwait(false) == LifecycleStage.Deleted) throw;
        }
        catch (HttpFailureException e) when (e.IsServerFault && !_isDialect)
        {
            // A file store says so of a param that somebody else has written since; it would be said again and again.
            if (!await DropContradictedAsync(parameters, cancellationToken).ConfigureAwait(false)) throw;
        }

        foreach (var parameter in parameters) await LogOneAsync($"param '{link.Map.ParamOf(parameter.Key)}'", [parameter], [], cancellationToken).ConfigureAwait(false);
        foreach (var tag in tags) await LogOneAsync($"tag '{link.Map.TagOf(tag.Key)}'", [], [tag], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Leaves out params of which the server has another value by now.</summary>
    /// <returns>Whether there were any.</returns>
    private async ValueTask<bool> DropContradictedAsync(List<WireParam> parameters, CancellationToken cancellationToken)
    {
        var run = await links.ReadAsync(batch.Run, cancellationToken).ConfigureAwait(false) ?? throw links.NoSuchRun(batch.Run);
        var known = (run.Data?.Params ?? []).ToDictionary(param => param.Key, param => param.Value, StringComparer.Ordinal);
        return parameters.RemoveAll(parameter =>
        {
            if (!known.TryGetValue(parameter.Key, out var value) || value == parameter.Value) return false;
            var name = link.Map.ParamOf(parameter.Key);
            _conflicts.Add(Contradiction(name, value, _params.TryGetValue(name, out var given) ? given : ParamValue.Of(parameter.Value)));
            return true;
        }) > 0;
    }

    private async ValueTask LogOneAsync(string what, IReadOnlyList<WireParam> parameters, IReadOnlyList<WireTag> tags, CancellationToken cancellationToken)
    {
        try
        {
            await LogAsync(parameters, tags, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpFailureException e) when (e.IsRefusal || e.IsTaken)
        {
            _conflicts.Add($"The {what} was not stored: the server says {e.Said}".TrimEnd());
        }
    }
}
