using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>Sends calls to one server and turns every failure into one that says what happened. Thread-safe; does nothing before the first call.</summary>
internal sealed class HttpChannel : IDisposable
{
    private const int MaxRedirects = 5;
    private const int MaxErrorBody = 65_536;

    /// <summary>What is shorter fits into one packet anyway.</summary>
    private const int MinPacked = 1024;
    private readonly bool? _packsRequests;
    private readonly ResiliencePipeline<HttpAnswer> _pipeline;
    private readonly Lazy<HttpEndpoint> _endpoint;
    private readonly Lazy<HttpMessageInvoker> _invoker;
    private readonly HttpFailures _failures;
    private volatile bool _isDialect;
    private volatile bool _hasAnswered;
    private volatile bool _takesPacked;
    private volatile bool _isDisposed;

    public HttpChannel(HttpAddress address, HttpStoreOptions options, HttpSurroundings surroundings, TimeProvider time, ILogger logger)
    {
        Address = address.Text;
        _packsRequests = options.CompressRequests;
        _failures = new HttpFailures(address.Text);
        _pipeline = HttpPipeline.Create(options, time, address.Text, logger);
        // A failure to find the server or a file is not kept: the user may repair it while the program runs.
        _endpoint = new Lazy<HttpEndpoint>(() => HttpEndpoint.Resolve(address, options, surroundings), LazyThreadSafetyMode.PublicationOnly);
        _invoker = new Lazy<HttpMessageInvoker>(() => HttpTransport.Create(options, surroundings), LazyThreadSafetyMode.PublicationOnly);
    }

    public string Address { get; }

    /// <summary>Whether the server has said that it is one of this library's.</summary>
    public bool IsDialect => _isDialect;

    /// <summary>Whether the server has said anything yet, and so whether <see cref="IsDialect"/> is to be believed.</summary>
    public bool HasAnswered => _hasAnswered;

    public Uri Server => _endpoint.Value.Server;

    /// <summary>Sends a call and reads its answer.</summary>
    /// <exception cref="HttpFailureException">It failed.</exception>
    public async ValueTask<T> SendAsync<T>(HttpCall call, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        using var answer = await SendAsync(call, cancellationToken).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(answer.Body.Span, type) ?? throw _failures.NotMlflow(call, answer, "it is null");
        }
        catch (JsonException e)
        {
            throw _failures.NotMlflow(call, answer, $"at {e.Path ?? "$"}");
        }
    }

    /// <summary>Sends a call whose answer says no more than that it was done, or is streamed.</summary>
    /// <exception cref="HttpFailureException">It failed.</exception>
    public async ValueTask<HttpAnswer> SendAsync(HttpCall call, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellationToken);
        HttpAnswer answer;
        try
        {
            context.Properties.Set(HttpPipeline.Call, call);
            answer = await _pipeline.ExecuteAsync(
                static (context, state) => state.Channel.TryAsync(state.Call, context.CancellationToken), context, (Channel: this, Call: call)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TimeoutRejectedException or BrokenCircuitException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw _failures.Of(call, e);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }

        if (answer.IsSuccess && (answer.Response is not null || IsObject(answer) || (call.MayBeEmpty && answer.Body.IsEmpty))) return answer;
        answer.Dispose();
        throw answer.IsSuccess ? _failures.NotMlflow(call, answer, "it is no object") : _failures.Of(call, answer, _endpoint.Value.IsAuthenticated);
    }

    /// <summary>The failure of an answer that was being streamed.</summary>
    public HttpFailureException Broken(HttpCall call, Exception? cause) => _failures.Broken(call, cause);

    public HttpFailureException NotMlflow(HttpCall call, HttpAnswer answer, string detail) => _failures.NotMlflow(call, answer, detail);

    public void Dispose()
    {
        _isDisposed = true;
        if (_invoker.IsValueCreated) _invoker.Value.Dispose();
        if (_endpoint.IsValueCreated) _endpoint.Value.Dispose();
    }

    private static bool IsObject(HttpAnswer answer) => answer.IsJson && answer.Body.Span.TrimStart(" \t\r\n"u8) is [(byte)'{', ..];

    /// <summary>One try, which follows redirects within the host, asks for a new token once, and sends plain once what was not understood compressed.</summary>
    private async ValueTask<HttpAnswer> TryAsync(HttpCall call, CancellationToken cancellationToken)
    {
        var endpoint = _endpoint.Value;
        var target = new Uri(endpoint.Server, call.Path);
        var isFresh = false;
        var mayPack = call.IsRepeatable && call.Json.Length >= MinPacked && (_packsRequests ?? !endpoint.Server.IsLoopback);
        for (var redirects = 0; ; redirects++)
        {
            // Artifacts may be kept on another host, which is not to learn what the tracking server is told.
            var isHome = IsSameHost(target, endpoint.Server);
            var authorization = isHome ? await endpoint.AuthorizeAsync(cancellationToken).ConfigureAwait(false) : null;
            var isPacked = mayPack && isHome && _takesPacked;
            using var request = new HttpRequestMessage(call.Method, target) { Content = call.NewContent(isPacked) };
            request.Headers.Authorization = authorization;
            request.Headers.TryAddWithoutValidation("User-Agent", "lifecycle-sdk");
            // From the first call on: stock servers do not look at it, and one of this library's answers in full at once.
            if (isHome) request.Headers.TryAddWithoutValidation(WireDialect.ClientHeader, WireDialect.Version);
            if (isHome && call.Time is { } time)
                request.Headers.TryAddWithoutValidation(WireDialect.TimeHeader, time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
            // A part of a compressed file is of no use.
            if (call.IsStreamed) request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
            request.Headers.Range = call.Range;
            var response = await _invoker.Value.SendAsync(request, cancellationToken).ConfigureAwait(false);
            _hasAnswered = true;
            var isDialect = isHome && response.Headers.Contains(WireDialect.ServerHeader);
            if (isDialect) _isDialect = true;
            var takesPacked = isDialect && TakesPacked(response);
            if (takesPacked) _takesPacked = true;
            if ((int)response.StatusCode == 401 && isHome && endpoint.CanRefresh && !isFresh)
            {
                endpoint.Reject(authorization);
                isFresh = true;
            }
            else if (redirects < MaxRedirects && IsWithinHost(call, response, target) is { } next)
            {
                target = next;
            }
            else if (isPacked && (!takesPacked || response.StatusCode == HttpStatusCode.UnsupportedMediaType))
            {
                // Another server stands there by now. One that passes over the coding takes the body for an empty one, and may even say that all is well.
                mayPack = _takesPacked = false;
                // What asks for patience is left to the retries, which go plain now.
                if (WireError.IsTransient(response.StatusCode)) return await ReadAsync(call, response, target, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                return await ReadAsync(call, response, target, cancellationToken).ConfigureAwait(false);
            }

            response.Dispose();
        }
    }

    /// <summary>Whether the answer says that requests may be compressed with gzip (RFC 9110, section 12.5.3).</summary>
    private static bool TakesPacked(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Accept-Encoding", out var lines)
        && lines.SelectMany(line => line.Split(',')).Any(coding => coding.Replace(" ", "", StringComparison.Ordinal).Equals("gzip", StringComparison.OrdinalIgnoreCase));

    /// <summary>Where to go on; null if the answer is no redirect, or one that leaves the host or would change the call.</summary>
    private static Uri? IsWithinHost(HttpCall call, HttpResponseMessage response, Uri target)
    {
        if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location) return null;
        if (call.Method != HttpMethod.Get && (int)response.StatusCode is not (307 or 308)) return null;
        var next = new Uri(target, location);
        return IsSameHost(next, target) ? next : null;
    }

    private static bool IsSameHost(Uri one, Uri other) => one.Scheme == other.Scheme && one.Host == other.Host && one.Port == other.Port;

    private static async ValueTask<HttpAnswer> ReadAsync(HttpCall call, HttpResponseMessage response, Uri target, CancellationToken cancellationToken)
    {
        if (call.IsStreamed && response.IsSuccessStatusCode)
            return new HttpAnswer { Status = response.StatusCode, MediaType = response.Content.Headers.ContentType?.MediaType, Response = response };
        using (response)
        {
            var body = response.IsSuccessStatusCode
                ? await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false)
                : await ReadStartAsync(response.Content, cancellationToken).ConfigureAwait(false);
            return new HttpAnswer
            {
                Status = response.StatusCode,
                MediaType = response.Content.Headers.ContentType?.MediaType,
                Body = body,
                RetryAfter = response.Headers.RetryAfter,
                Location = response.Headers.Location is { } location ? new Uri(target, location) : null,
            };
        }
    }

    private static async ValueTask<byte[]> ReadStartAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[MaxErrorBody];
            var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return buffer[..read];
        }
    }
}
