using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>Says what went wrong: which call, which address, what came back, and what to do about it. Nothing secret can get in: headers are never looked at.</summary>
internal sealed class HttpFailures(string address)
{
    private const int MaxSaid = 500;

    /// <summary>The failure that an answer tells of.</summary>
    public HttpFailureException Of(HttpCall call, HttpAnswer answer, bool isAuthenticated)
    {
        var error = ErrorOf(answer);
        var said = Clean(error?.Message);
        var status = $"{(int)answer.Status} {Phrase(answer.Status)}";
        var (what, isTransient) = Describe(answer, error, said, status, isAuthenticated);
        var isOff = IsWithoutArtifacts(answer);
        if (isOff)
            (what, isTransient) = ("the server was set up to take and hand out no artifacts (--no-serve-artifacts). Start it with --serve-artifacts.", false);
        else if (IsArtifactsOnly(answer))
            (what, isTransient) = ("the server was started with --artifacts-only and takes nothing but artifacts. Give the address of the tracking server.", false);
        return new HttpFailureException($"{call} at {address}: {what}")
        {
            Status = answer.Status,
            Code = error?.ErrorCode,
            Said = said,
            Store = address,
            IsTransient = isTransient,
            IsUnserved = isOff,
        };
    }

    /// <summary>The failure of a call that got no answer.</summary>
    public HttpFailureException Of(HttpCall call, Exception exception)
    {
        var (what, isTransient) = Describe(exception);
        return new HttpFailureException($"{call} at {address}: {what}", exception) { Store = address, IsTransient = isTransient };
    }

    /// <summary>An answer that says it is fine but is not MLflow's.</summary>
    public HttpFailureException NotMlflow(HttpCall call, HttpAnswer answer, string detail) =>
        new($"{call} at {address}: {(answer.IsJson ? $"the answer is JSON, but not MLflow's ({detail}). Another service may be listening at this address." : PageOf(answer))}")
        {
            Status = answer.Status,
            Store = address,
        };

    /// <summary>A body that ended early.</summary>
    public HttpFailureException Broken(HttpCall call, Exception? cause) =>
        new($"{call} at {address}: the connection broke in the middle of the answer. Try again.", cause) { Store = address, IsTransient = true };

    /// <summary>Whether the server was set up not to do what it was asked for, and will not do it later either.</summary>
    public static bool IsByDesign(HttpAnswer answer) => IsWithoutArtifacts(answer) || IsArtifactsOnly(answer);

    private static bool IsWithoutArtifacts(HttpAnswer answer) =>
        answer.Status == HttpStatusCode.ServiceUnavailable && (Says(answer, "--no-serve-artifacts") || Says(answer, "Artifact serving is"));

    private static bool IsArtifactsOnly(HttpAnswer answer) => answer.Status == HttpStatusCode.ServiceUnavailable && Says(answer, "--artifacts-only");

    private static (string What, bool IsTransient) Describe(HttpAnswer answer, WireErrorBody? error, string said, string status, bool isAuthenticated)
    {
        var isTransient = WireError.IsTransient(answer.Status);
        var code = error?.ErrorCode is { } known ? $"{status}, {known}" : status;
        switch ((int)answer.Status)
        {
            case 401:
                return (isAuthenticated
                    ? $"the server does not accept the credentials ({code}). {said}Check user and password or token; a token may have expired."
                    : $"the server wants credentials ({code}). {said}Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, or the options of UseHttp.", false);
            case 403 when error is null && Says(answer, "Invalid Host header"):
                return ($"the server does not accept the host name of its address ({code}). Start it with --allowed-hosts, or use an address that it knows.", false);
            case 403:
                return ($"the server forbids it ({code}). {said}The user may lack a permission, or the server does not accept this host name.", false);
            case >= 300 and < 400:
                return (answer.Location is { } location
                    ? $"the server redirects to {location.GetLeftPart(UriPartial.Authority)} ({status}), which is another host and not followed, so that no credentials go there. It may be a login page; if the tracking server has moved, use its new address."
                    : $"the server redirects without end or without saying where ({status}). Check the address.", false);
            case 404 when error is null:
                return ($"{status}, and the answer is not MLflow's: there is no MLflow API below this address. Give the tracking server's root, without /api and without a page of its web interface.", false);
            case 502 or 503 or 504 when error is null:
                return ($"a proxy answered {status}: the server behind it is down, starting or overloaded. Try again later.", true);
            case 429:
                return ($"the server has too much to do ({code}). {said}Try again later.", true);
        }

        if (error is not null) return ($"{code}. {said}".TrimEnd(), isTransient);
        return answer.IsJson ? ($"{status}, without a reason.", isTransient) : ($"{status}: {PageOf(answer)}", isTransient);
    }

    private static (string What, bool IsTransient) Describe(Exception exception)
    {
        // First: the socket's own exception within it only says that we gave up.
        if (exception is TimeoutRejectedException { Timeout.TotalSeconds: var seconds })
            return (FormattableString.Invariant($"no answer within {seconds:0.#} s. The server may be overloaded; HttpStoreOptions.RequestTimeout and TotalTimeout set how long is waited."), true);
        if (Find<AuthenticationException>(exception) is { } tls)
            return ($"no secure connection: {Clean(tls.Message)}Check that the address begins with the right scheme, and the server's certificate (MLFLOW_TRACKING_SERVER_CERT_PATH names a file of trusted ones).", false);
        if (Find<SocketException>(exception) is { } socket)
        {
            return socket.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => ("nothing listens there (connection refused). Check host and port, and whether the server is running.", true),
                SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => ("the host name is not known. Check the address, and whether this machine is online.", true),
                SocketError.HostUnreachable or SocketError.NetworkUnreachable => ("the host can't be reached. Check the network.", true),
                SocketError.TimedOut => ("the host does not answer. Check host, port and firewall.", true),
                _ => ($"the connection broke ({socket.SocketErrorCode}). Try again.", true),
            };
        }

        return exception switch
        {
            BrokenCircuitException => ("not tried: the server has failed several times in a row and is given a pause. Try again in some seconds.", true),
            TaskCanceledException or TimeoutException => ("the server did not answer in time.", true),
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => ("no secure connection. Check that the address begins with the right scheme, http or https.", false),
            HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } => ("the answer is not HTTP. Check the port and the scheme, http or https.", false),
            _ => ($"the connection broke: {Clean(exception.Message)}Try again.", true),
        };
    }

    private static string PageOf(HttpAnswer answer)
    {
        var text = Encoding.UTF8.GetString(answer.Body.Span[..Math.Min(answer.Body.Length, 16_384)]);
        return IsLogin(text)
            ? "the answer is a login page. The server or a proxy before it wants you to sign in: give credentials that work without a browser, such as a token."
            : $"the answer is {(answer.MediaType is "text/html" ? "a web page" : $"of type '{Clean(answer.MediaType).TrimEnd(' ', '.')}'")} instead of JSON. Give the tracking server's root; a proxy may also stand in between.";
    }

    /// <summary>Whether an answer that is not JSON has some words near its beginning.</summary>
    private static bool Says(HttpAnswer answer, string words) =>
        Encoding.UTF8.GetString(answer.Body.Span[..Math.Min(answer.Body.Length, 1_024)]).Contains(words, StringComparison.Ordinal);

    private static bool IsLogin(string text) =>
        text.Contains("type=\"password\"", StringComparison.OrdinalIgnoreCase) || text.Contains("sign in", StringComparison.OrdinalIgnoreCase)
        || text.Contains("log in", StringComparison.OrdinalIgnoreCase) || text.Contains("login", StringComparison.OrdinalIgnoreCase);

    private static WireErrorBody? ErrorOf(HttpAnswer answer)
    {
        if (!answer.IsJson || answer.Body.IsEmpty) return null;
        try
        {
            var error = JsonSerializer.Deserialize(answer.Body.Span, WireJson.Default.WireErrorBody);
            return error?.ErrorCode is { Length: > 0 } ? error : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Phrase(HttpStatusCode status) => status switch
    {
        HttpStatusCode.TooManyRequests => "Too Many Requests",
        _ => string.Concat(status.ToString().Select((c, i) => i > 0 && char.IsAsciiLetterUpper(c) ? $" {c}" : c.ToString())),
    };

    /// <summary>A server's words as a sentence with a space behind it; empty if there are none.</summary>
    private static string Clean(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return "";
        var line = string.Concat(text.Take(MaxSaid).Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        if (text.Length > MaxSaid) line += "…";
        return line[^1] is '.' or '!' or '?' or '…' ? line + " " : line + ". ";
    }

    private static T? Find<T>(Exception? exception) where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found) return found;
        }

        return null;
    }
}
