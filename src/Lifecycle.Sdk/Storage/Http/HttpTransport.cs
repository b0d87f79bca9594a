using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>Makes the pool of connections.</summary>
internal static class HttpTransport
{
    /// <summary>The client of a store; it owns the handler unless the caller gave one.</summary>
    /// <exception cref="LifecycleException">The certificate file can't be read.</exception>
    public static HttpMessageInvoker Create(HttpStoreOptions options, HttpSurroundings surroundings) =>
        options.Handler is { } given ? new HttpMessageInvoker(given, disposeHandler: false) : new HttpMessageInvoker(NewHandler(options, surroundings));

    private static SocketsHttpHandler NewHandler(HttpStoreOptions options, HttpSurroundings surroundings) => new()
    {
        // Names move to other machines while a program runs for weeks.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        MaxConnectionsPerServer = (options.MaxConnections ?? HttpStore.DialectConnections) + 4,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        AutomaticDecompression = DecompressionMethods.All,
        UseCookies = false,
        // Followed by hand: credentials must not go to another host.
        AllowAutoRedirect = false,
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = ValidationOf(surroundings) },
    };

    private static RemoteCertificateValidationCallback? ValidationOf(HttpSurroundings surroundings)
    {
        if (surroundings.Get("MLFLOW_TRACKING_INSECURE_TLS") is { } insecure && insecure.Equals("true", StringComparison.OrdinalIgnoreCase))
#pragma warning disable CA5359 // The user's own, named wish, as in MLflow's clients.
            return static (_, _, _, _) => true;
#pragma warning restore CA5359
        if (surroundings.Get("MLFLOW_TRACKING_SERVER_CERT_PATH") is not { } path) return null;
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new LifecycleException($"The certificate file '{path}' of MLFLOW_TRACKING_SERVER_CERT_PATH can't be read: {e.Message} It must be a PEM file.", e);
        }

        return (_, certificate, sent, errors) => errors == SslPolicyErrors.None
            || (errors == SslPolicyErrors.RemoteCertificateChainErrors && certificate is X509Certificate2 known && IsSignedBy(known, sent, roots));
    }

    private static bool IsSignedBy(X509Certificate2 certificate, X509Chain? sent, X509Certificate2Collection roots)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        if (sent is not null)
        {
            foreach (var element in sent.ChainElements) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
