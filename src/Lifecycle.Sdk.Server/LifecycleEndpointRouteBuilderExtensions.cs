using Lifecycle.Sdk;
using Lifecycle.Sdk.Server;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Serves a tracker's store to MLflow's clients.</summary>
public static class LifecycleEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps MLflow's REST API 2.0 (tracking, model registry, artifact proxy, logged models) under <c>/api/2.0</c> and <c>/ajax-api/2.0</c>, and <c>/health</c> and
    /// <c>/version</c>, over the tracker that <c>AddLifecycle</c> has registered. The first request opens the store; only a file of users is read now.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="configure">Changes how the server behaves; runs now.</param>
    /// <returns>All of the endpoints, for <c>RequireAuthorization</c>, rate limits, CORS and the like.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidDataException">The file of <c>AddLifecycleUsers</c> is not one of users.</exception>
    /// <exception cref="IOException">The file of <c>AddLifecycleUsers</c> can't be read.</exception>
    /// <exception cref="InvalidOperationException">
    /// No tracker is registered: call <c>services.AddLifecycle(…)</c> first. Or an audit trail shall be kept and the store can't: see <see cref="LifecycleServerOptions.KeepAudit"/>.
    /// </exception>
    public static IEndpointConventionBuilder MapLifecycle(this IEndpointRouteBuilder endpoints, Action<LifecycleServerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        // With AddLifecycleUsers nobody means to let everybody in. Its file is read here, so that a broken one stops the start.
        var hasUsers = endpoints.ServiceProvider.GetService<UserCheck>() is not null;
        var options = new LifecycleServerOptions { RequireRoles = hasUsers, KeepAudit = hasUsers };
        configure?.Invoke(options);
        options.Validate();
        var services = endpoints.ServiceProvider;
        var tracker = (options.TrackerKey is { } key ? services.GetKeyedService<Tracker>(key) : services.GetService<Tracker>())
            ?? throw new InvalidOperationException($"No tracker {options.TrackerKey} is registered: call services.AddLifecycle(…) before the application is built.");
        if (options.KeepAudit && !tracker.Store.Capabilities.KeepsLedger)
            throw new InvalidOperationException($"The store '{tracker.Store.Address}' keeps no audit trail: turn {nameof(options.KeepAudit)} off, or serve a store that does.");
        var logger = (services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger("Lifecycle.Sdk.Server");
        var server = new TrackingServer(tracker, options, services.GetService<TimeProvider>() ?? TimeProvider.System, logger);
        return EndpointTable.Map(endpoints, server);
    }
}
