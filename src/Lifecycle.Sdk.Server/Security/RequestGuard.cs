using System.Net;
using Lifecycle.Sdk.Storage.Http;
using Microsoft.AspNetCore.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>Keeps out what a web page of somebody else makes a browser send: requests to a name that was pointed here, and writes from another origin.</summary>
internal sealed class RequestGuard(LifecycleServerOptions options)
{
    private readonly HashSet<string> _hosts = new(options.AllowedHosts, StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _origins = new(options.AllowedOrigins.Select(origin => origin.TrimEnd('/')), StringComparer.OrdinalIgnoreCase);

    /// <exception cref="ApiException">The request is refused.</exception>
    public void Check(HttpContext context)
    {
        var request = context.Request;
        if (!IsHostAllowed(request.Host.Host, context.Connection.RemoteIpAddress))
            throw new ApiException(WireError.PermissionDenied, $"The host '{ApiException.Shorten(request.Host.Host)}' is not one of this server's: add it to AllowedHosts.");
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method)) return;
        if (request.Headers.Origin is [{ } origin, ..] && !IsOriginAllowed(origin, request))
            throw new ApiException(WireError.PermissionDenied, $"Pages of '{ApiException.Shorten(origin)}' may not change anything here: add it to AllowedOrigins.");
    }

    private bool IsHostAllowed(string host, IPAddress? client)
    {
        if (_hosts.Count > 0) return _hosts.Contains("*") || _hosts.Contains(host);
        // From elsewhere the host's own proxy or firewall decides; a browser on this machine is what a name that points here would trick.
        if (client is null || !IPAddress.IsLoopback(client)) return true;
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || IPAddress.TryParse(host.Trim('[', ']'), out _);
    }

    private bool IsOriginAllowed(string origin, HttpRequest request) =>
        _origins.Contains("*") || _origins.Contains(origin) || origin.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
}
