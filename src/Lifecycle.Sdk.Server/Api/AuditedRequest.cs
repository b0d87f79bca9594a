using System.Text;
using Lifecycle.Sdk.Storage.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Lifecycle.Sdk.Server;

/// <summary>
/// A request that changes something, on a server that keeps an audit trail. Its answer is held in memory (these are small) until its entry is durable; so no endpoint can
/// answer before, and a request whose client has left gets its entry as well.
/// </summary>
internal sealed class AuditedRequest : IDisposable
{
    private readonly HttpContext _context;
    private readonly TrackingServer _server;
    private readonly string _action;
    private readonly IHttpResponseBodyFeature _wire;
    private readonly MemoryStream _held = new();
    private readonly StreamResponseBodyFeature _holding;
    private string? _subject;

    public AuditedRequest(HttpContext context, TrackingServer server, string action)
    {
        (_context, _server, _action) = (context, server, action);
        _wire = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        _holding = new StreamResponseBodyFeature(_held);
        context.Features.Set<IHttpResponseBodyFeature>(_holding);
    }

    /// <summary>Says what is about to be changed: before it is, for its outcome may never be known. Of several, the first says it best.</summary>
    public void Changes(string subject) => _subject ??= subject;

    /// <summary>Says what was created, now that it has an id.</summary>
    public void Created(string subject) => _subject = subject;

    /// <summary>Records the request if it has changed something, or may have, and then lets the answer go.</summary>
    /// <param name="isAnswered">False if the client left before there was an answer.</param>
    public async Task EndAsync(bool isAnswered)
    {
        await _holding.CompleteAsync().ConfigureAwait(false);
        var status = isAnswered ? _context.Response.StatusCode : StatusCodes.Status499ClientClosedRequest;
        var failure = IsEntry(status) ? await RecordAsync(status).ConfigureAwait(false) : null;
        _context.Features.Set(_wire);
        if (failure is not null)
        {
            ServerLog.NotAudited(_server.Logger, _context.Request.Method, _context.Request.Path, failure);
            await ApiErrors.WriteAsync(
                _context,
                failure is LifecycleException { IsTransient: true } ? WireError.TemporarilyUnavailable : WireError.InternalError,
                "The entry in the audit trail could not be written, so nobody can say that this was done, although it may have been. The server's log says why.").ConfigureAwait(false);
        }
        else if (_held.Length > 0)
        {
            _context.Response.ContentLength ??= _held.Length;
            await _context.Response.BodyWriter.WriteAsync(_held.GetBuffer().AsMemory(0, (int)_held.Length), CancellationToken.None).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _holding.Dispose();
        _held.Dispose();
    }

    /// <summary>
    /// What was refused has changed nothing. After a failure of the server or the store nobody knows; where the client left or the store is ill for good (409), it counts
    /// whether a change had begun.
    /// </summary>
    private bool IsEntry(int status) => status switch
    {
        < 400 => true,
        StatusCodes.Status409Conflict or StatusCodes.Status499ClientClosedRequest => _subject is not null,
        StatusCodes.Status501NotImplemented => false,
        _ => status >= 500,
    };

    private async Task<Exception?> RecordAsync(int status)
    {
        try
        {
            var user = _context.User.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name } ? Fit(name, AuditTrail.MaxUser) : null;
            await _server.Tracker.Audit.RecordAsync(_action, Fit(_subject ?? "", AuditTrail.MaxSubject), user, status, CancellationToken.None).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    /// <summary>The text on one line and no longer than allowed: what was done must be recorded, whatever somebody is called.</summary>
    private static string Fit(string text, int maxLength)
    {
        if (text.Length <= maxLength && !text.Any(c => char.IsControl(c) || char.IsSurrogate(c))) return text;
        var fit = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (fit.Length + rune.Utf16SequenceLength >= maxLength) return fit.Append('…').ToString();
            fit.Append(Rune.IsControl(rune) ? Rune.ReplacementChar.ToString() : rune.ToString());
        }

        return fit.ToString();
    }
}
