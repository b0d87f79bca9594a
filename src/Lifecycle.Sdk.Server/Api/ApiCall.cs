using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;
using Microsoft.AspNetCore.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>One request on its way through the server.</summary>
internal readonly struct ApiCall(HttpContext context, TrackingServer server, AuditedRequest? audited = null)
{
    public HttpContext Context { get; } = context;

    public TrackingServer Server { get; } = server;

    public TrackingStore Store => Server.Tracker.Store;

    public CancellationToken Aborted => Context.RequestAborted;

    /// <summary>Whether a client of this library asks, which may use and gets more.</summary>
    public bool IsDialect { get; } = context.Request.Headers.ContainsKey(WireDialect.ClientHeader);

    /// <summary>When what the request says happened: now, unless a client of this library says otherwise.</summary>
    public DateTimeOffset Time => IsDialect && long.TryParse(Context.Request.Headers[WireDialect.TimeHeader], NumberStyles.None, CultureInfo.InvariantCulture, out var given)
        && given <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(given) : Server.Now;

    /// <summary>Who asks; null if nobody was authenticated.</summary>
    public string? User => Context.User.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name } ? name : null;

    /// <summary>Says what the request is about to change, for the audit trail: before it does. Of several, the first counts.</summary>
    public void Changes(string kind, string name) => audited?.Changes($"{kind} {name}");

    /// <summary>Says that the request is about to create something which has no id yet.</summary>
    public void Creates(string kind) => audited?.Changes(kind);

    /// <summary>Says what the request has created.</summary>
    public void Created(string kind, string name) => audited?.Created($"{kind} {name}");

    public ValueTask<ApiRequest> ReadAsync() => ApiRequest.ReadAsync(Context, Server.Options.MaxRequestBytes);

    public async Task AnswerAsync<T>(T answer, JsonTypeInfo<T> type)
    {
        Context.Response.ContentType = "application/json";
        JsonSerializer.Serialize(new Utf8JsonWriter(Context.Response.BodyWriter), answer, type);
        await Context.Response.BodyWriter.FlushAsync(Aborted).ConfigureAwait(false);
    }

    /// <summary>Answers a call that has no result.</summary>
    public async Task DoneAsync()
    {
        Context.Response.ContentType = "application/json";
        Context.Response.ContentLength = 2;
        await Context.Response.BodyWriter.WriteAsync("{}"u8.ToArray(), Aborted).ConfigureAwait(false);
    }
}

/// <summary>What an endpoint does; whatever it throws becomes an answer.</summary>
internal delegate Task ApiHandler(ApiCall call);
