using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk;

/// <summary>Chooses the provider that talks to a tracking server.</summary>
public static class HttpBuilderExtensions
{
    /// <summary>
    /// Keeps runs on a server that speaks MLflow's REST API 2.0: MLflow's own, Databricks, Azure ML, or this library's. Starting, logging and ending work
    /// while the server is away. See WIRE.md beside the code for what stock servers get.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="address">
    /// <c>http://</c> or <c>https://</c>, <c>azureml://</c> (the https address of the same name), <c>databricks</c> or <c>databricks://PROFILE</c> (host and token from
    /// <c>DATABRICKS_HOST</c>, <c>DATABRICKS_TOKEN</c> or <c>~/.databrickscfg</c>). User info in it is used and not shown again.
    /// </param>
    /// <param name="configure">Changes how the server is reached; runs now.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The address is not one of a server, or an option is out of its range.</exception>
    public static TrackerBuilder UseHttp(this TrackerBuilder builder, string address, Action<HttpStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(address);
        var options = new HttpStoreOptions();
        configure?.Invoke(options);
        var server = HttpAddress.Parse(address);
        options.Validate();
        return builder.UseStore(context => new HttpStore(server, options, context, HttpSurroundings.System));
    }
}
