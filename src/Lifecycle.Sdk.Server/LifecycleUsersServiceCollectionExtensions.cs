using Lifecycle.Sdk;
using Lifecycle.Sdk.Server;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets users of a file in, by name and secret or by token.</summary>
public static class LifecycleUsersServiceCollectionExtensions
{
    /// <summary>Lets the users of a JSON file in; see the other overload.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="path">The file.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static IServiceCollection AddLifecycleUsers(this IServiceCollection services, string path) => services.AddLifecycleUsers(options => options.Path = path);

    /// <summary>
    /// Makes Basic (name and secret) and Bearer (token) over a JSON file of users the way to authenticate, and adds authorization. With it <c>MapLifecycle</c> demands
    /// roles unless <see cref="LifecycleServerOptions.RequireRoles"/> is turned off. Behind a proxy, forwarded headers should be on: failed attempts are slowed down per
    /// user and address.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Says where the file is; runs now.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static IServiceCollection AddLifecycleUsers(this IServiceCollection services, Action<LifecycleUsersOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new LifecycleUsersOptions();
        configure(options);
        options.Validate();
        var path = Path.GetFullPath(options.Path);
        services.TryAddSingleton(provider =>
        {
            var time = provider.GetService<TimeProvider>() ?? TimeProvider.System;
            var logger = (provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger("Lifecycle.Sdk.Server");
            return new UserCheck(new UserDirectory(path, time, logger), options.RememberFor, time, logger);
        });
        services.AddAuthorization();
        // Not AddAuthentication: it brings in keys for cookies, and a folder to write them to.
        services.AddAuthenticationCore(authentication => authentication.DefaultScheme = UsersAuthentication.Scheme);
        services.AddWebEncoders();
        new AuthenticationBuilder(services).AddScheme<AuthenticationSchemeOptions, UsersAuthentication>(UsersAuthentication.Scheme, null);
        return services;
    }
}
