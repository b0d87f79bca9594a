using System.Globalization;
using System.Text.Json;
using Lifecycle.Sdk.Storage.Http;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Sdk.Server;

/// <summary>Turns whatever an endpoint throws into an answer of the protocol: JSON always, and never a stack or a path of this machine.</summary>
internal static class ApiErrors
{
    private const int RetryAfterSeconds = 1;

    /// <returns>False if there is none to answer: the client has left.</returns>
    public static async Task<bool> AnswerAsync(HttpContext context, Exception exception, ILogger logger)
    {
        // Who reads the body may learn of a broken connection before the token does.
        if (exception is ConnectionResetException or ConnectionAbortedException
            || (exception is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)) return false;
        var (code, message) = CodeOf(exception);
        if (code is WireError.InternalError or WireError.Aborted) ServerLog.Failed(logger, context.Request.Method, context.Request.Path, exception);
        else if (code is WireError.TemporarilyUnavailable) ServerLog.StoreAway(logger, context.Request.Method, context.Request.Path, exception);
        if (context.Response.HasStarted)
        {
            // The status is on its way: breaking off is the only way left to say that the answer is not whole.
            context.Abort();
            return true;
        }

        await WriteAsync(context, code, message, status: (exception as ApiException)?.Status).ConfigureAwait(false);
        return true;
    }

    public static async Task WriteAsync(HttpContext context, string code, string message, int? retryAfterSeconds = null, int? status = null)
    {
        var response = context.Response;
        var isOurs = response.Headers.ContainsKey(WireDialect.ServerHeader);
        var codings = response.Headers.AcceptEncoding;
        response.Clear();
        if (isOurs) response.Headers[WireDialect.ServerHeader] = WireDialect.Version;
        response.Headers.AcceptEncoding = codings;
        response.StatusCode = status ?? WireError.StatusOf(code);
        if (code == WireError.TemporarilyUnavailable) retryAfterSeconds ??= RetryAfterSeconds;
        if (retryAfterSeconds is { } seconds) response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (code == WireError.Unauthenticated) response.Headers.WWWAuthenticate = "Basic realm=\"mlflow\"";
        response.ContentType = "application/json";
        JsonSerializer.Serialize(new Utf8JsonWriter(response.BodyWriter), new WireErrorBody(code, message), WireJson.Default.WireErrorBody);
        await response.BodyWriter.FlushAsync(CancellationToken.None).ConfigureAwait(false); // not for a client that has left to end what follows
    }

    private static (string Code, string Message) CodeOf(Exception exception) => exception switch
    {
        ApiException known => (known.Code, known.Message),
        LifecycleNotFoundException => (WireError.ResourceDoesNotExist, exception.Message),
        LifecycleConflictException => (WireError.ResourceAlreadyExists, exception.Message),
        PromotionRefusedException => (WireError.PermissionDenied, exception.Message),
        ArgumentException argument => (WireError.InvalidParameterValue, WithoutParameter(argument)),
        FormatException => (WireError.InvalidParameterValue, exception.Message),
        NotSupportedException => (WireError.NotImplemented, exception.Message),
        BadHttpRequestException { StatusCode: 408 } => (WireError.BadRequest, "The request took too long to arrive."),
        BadHttpRequestException => (WireError.BadRequest, exception.Message),
        LifecycleException { IsTransient: true } => (WireError.TemporarilyUnavailable, "The store can't take or give it at the moment. Try again."),
        // What is ill for good must not be asked for again for minutes, as clients do after a 500.
        LifecycleException => (WireError.Aborted, "The store can't do it; the server's log says why."),
        _ => (WireError.InternalError, "The server failed; its log says why."),
    };

    private static string WithoutParameter(ArgumentException exception) => exception.ParamName is { } name
        ? exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal)
        : exception.Message;
}
