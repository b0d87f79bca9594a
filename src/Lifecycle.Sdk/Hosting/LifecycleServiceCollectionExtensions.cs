using Lifecycle.Sdk;
using Lifecycle.Sdk.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Wires trackers into a host.</summary>
public static class LifecycleServiceCollectionExtensions
{
    /// <summary>
    /// Adds a singleton <see cref="Tracker"/>, with <see cref="TimeProvider"/> and logging from the container. Its options are validated when the host
    /// starts; the store is opened on first use; when the host stops, what was logged is drained within <see cref="TrackerOptions.ShutdownTimeout"/>.
    /// Calling it again adds to the configuration of the same tracker.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Chooses the store and changes options; runs when the tracker is first asked for.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddLifecycle(this IServiceCollection services, Action<TrackerBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(static provider => Build(provider, null));
        return AddCommon(services, null, configure);
    }

    /// <summary>The same as <see cref="AddLifecycle(IServiceCollection, Action{TrackerBuilder}?)"/> with options bound from configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">A section with the properties of <see cref="TrackerOptions"/>.</param>
    /// <param name="configure">Changes what the configuration says.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddLifecycle(
        this IServiceCollection services, IConfiguration configuration, Action<TrackerBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddLifecycle(configure);
        services.AddOptions<TrackerOptions>().Bind(configuration);
        return services;
    }

    /// <summary>Adds a singleton tracker under a key, for programs with several stores: <c>[FromKeyedServices("eval")] Tracker tracker</c>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key.</param>
    /// <param name="configure">Chooses the store and changes options; runs when the tracker is first asked for.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    public static IServiceCollection AddKeyedLifecycle(this IServiceCollection services, string key, Action<TrackerBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(key);
        services.TryAddKeyedSingleton<Tracker>(key, static (provider, key) => Build(provider, (string)key!));
        return AddCommon(services, key, configure);
    }

    /// <summary>The same as <see cref="AddKeyedLifecycle(IServiceCollection, string, Action{TrackerBuilder}?)"/> with options bound from configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key.</param>
    /// <param name="configuration">A section with the properties of <see cref="TrackerOptions"/>.</param>
    /// <param name="configure">Changes what the configuration says.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    public static IServiceCollection AddKeyedLifecycle(
        this IServiceCollection services, string key, IConfiguration configuration, Action<TrackerBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddKeyedLifecycle(key, configure);
        services.AddOptions<TrackerOptions>(key).Bind(configuration);
        return services;
    }

    /// <summary>Adds a health check of a tracker: degraded while the store takes nothing, unhealthy once points were dropped.</summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="key">The tracker's key; null for the one without.</param>
    /// <param name="name">The check's name; <c>lifecycle</c>, or <c>lifecycle:KEY</c>, if null.</param>
    /// <param name="tags">The check's tags.</param>
    /// <returns>The same health checks.</returns>
    public static IHealthChecksBuilder AddLifecycle(
        this IHealthChecksBuilder builder, string? key = null, string? name = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name ?? (key is null ? "lifecycle" : $"lifecycle:{key}"),
            provider => new LifecycleHealthCheck(key is null ? provider.GetRequiredService<Tracker>() : provider.GetRequiredKeyedService<Tracker>(key)),
            failureStatus: null,
            tags));
    }

    private static IServiceCollection AddCommon(IServiceCollection services, string? key, Action<TrackerBuilder>? configure)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<TrackerOptions>(key ?? Options.Options.DefaultName).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TrackerOptions>, TrackerOptionsValidator>());
        services.TryAddSingleton<TrackerRegistry>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, LifecycleHostedService>());
        if (configure is not null) services.AddSingleton(new TrackerConfiguration(key, configure));
        return services;
    }

    private static Tracker Build(IServiceProvider provider, string? key)
    {
        var bound = provider.GetRequiredService<IOptionsMonitor<TrackerOptions>>().Get(key ?? Options.Options.DefaultName);
        var builder = new TrackerBuilder(bound)
        {
            TimeProvider = provider.GetRequiredService<TimeProvider>(),
            LoggerFactory = provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance,
        };
        foreach (var configuration in provider.GetServices<TrackerConfiguration>())
        {
            if (configuration.Key == key) configuration.Configure(builder);
        }

        var tracker = builder.Build();
        provider.GetRequiredService<TrackerRegistry>().Add(tracker);
        return tracker;
    }
}
