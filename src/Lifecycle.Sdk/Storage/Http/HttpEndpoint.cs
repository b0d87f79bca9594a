using System.Net.Http.Headers;
using System.Text;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>The server that is really asked, and who asks. Found on first use, because files may have to be read for it.</summary>
internal sealed class HttpEndpoint : IDisposable
{
    private readonly AuthenticationHeaderValue? _fixed;
    private readonly Func<CancellationToken, ValueTask<string>>? _tokens;
    private readonly SemaphoreSlim _asking = new(1, 1);
    private volatile AuthenticationHeaderValue? _token;

    private HttpEndpoint(Uri server, AuthenticationHeaderValue? header, Func<CancellationToken, ValueTask<string>>? tokens) =>
        (Server, _fixed, _tokens) = (server, header, tokens);

    /// <summary>Ends in a slash.</summary>
    public Uri Server { get; }

    /// <summary>Whether another try with a new token may help after a 401.</summary>
    public bool CanRefresh => _tokens is not null;

    public bool IsAuthenticated => _fixed is not null || _tokens is not null;

    /// <exception cref="LifecycleException">A profile does not say where the server is, or a credentials file can't be read.</exception>
    public static HttpEndpoint Resolve(HttpAddress address, HttpStoreOptions options, HttpSurroundings surroundings)
    {
        var isDatabricks = address.Server is null;
        var databricks = isDatabricks ? DatabricksOf(address, surroundings) : default;
        var server = address.Server ?? databricks.Server!;
        if (options.TokenProvider is { } tokens) return new HttpEndpoint(server, null, tokens);
        if (Header(options.Username, options.Password, options.Token) is { } given) return new HttpEndpoint(server, given, null);
        if (address.UserInfo is { } info) return new HttpEndpoint(server, Basic(info.User, info.Password), null);
        if (isDatabricks) return new HttpEndpoint(server, databricks.Header, null);
        var fromVariables = Header(
            surroundings.Get("MLFLOW_TRACKING_USERNAME"), surroundings.Get("MLFLOW_TRACKING_PASSWORD"), surroundings.Get("MLFLOW_TRACKING_TOKEN"));
        if (fromVariables is not null) return new HttpEndpoint(server, fromVariables, null);
        var file = surroundings.ReadIni(Path.Combine(".mlflow", "credentials"), "mlflow");
        return new HttpEndpoint(server, Header(file.GetValueOrDefault("mlflow_tracking_username"), file.GetValueOrDefault("mlflow_tracking_password"), null), null);
    }

    /// <summary>What proves who asks; null if nothing does.</summary>
    public async ValueTask<AuthenticationHeaderValue?> AuthorizeAsync(CancellationToken cancellationToken)
    {
        if (_tokens is null) return _fixed;
        if (_token is { } known) return known;
        await _asking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _token ??= Bearer(await _tokens(cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <summary>Forgets a token that the server did not accept, unless another request has got a new one since.</summary>
    public void Reject(AuthenticationHeaderValue? refused)
    {
        if (ReferenceEquals(_token, refused)) _token = null;
    }

    public void Dispose() => _asking.Dispose();

    private static AuthenticationHeaderValue? Header(string? user, string? password, string? token) =>
        user is { Length: > 0 } && password is not null ? Basic(user, password) : token is { Length: > 0 } ? Bearer(token) : null;

    private static AuthenticationHeaderValue Basic(string user, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    private static AuthenticationHeaderValue Bearer(string token) => !string.IsNullOrWhiteSpace(token) && !token.Any(char.IsControl)
        ? new AuthenticationHeaderValue("Bearer", token.Trim())
        : throw new LifecycleException("The token for the tracking server is empty or has control characters: a token is one line of text.");

    private static (Uri? Server, AuthenticationHeaderValue? Header) DatabricksOf(HttpAddress address, HttpSurroundings surroundings)
    {
        var file = surroundings.ReadIni(".databrickscfg", address.Profile ?? "DEFAULT");
        // The variables speak for the default profile only: whoever names a profile means that one.
        var host = (address.Profile is null ? surroundings.Get("DATABRICKS_HOST") : null) ?? file.GetValueOrDefault("host");
        var token = (address.Profile is null ? surroundings.Get("DATABRICKS_TOKEN") : null) ?? file.GetValueOrDefault("token");
        if (host is null)
        {
            throw new LifecycleException(address.Profile is null
                ? "The address 'databricks' needs a host: set DATABRICKS_HOST and DATABRICKS_TOKEN, or put host and token under [DEFAULT] into ~/.databrickscfg."
                : $"The file ~/.databrickscfg has no host under [{address.Profile}]: put host and token there.");
        }

        if (!host.Contains("://", StringComparison.Ordinal)) host = "https://" + host;
        return (HttpAddress.Parse(host).Server, Header(file.GetValueOrDefault("username"), file.GetValueOrDefault("password"), token));
    }
}
