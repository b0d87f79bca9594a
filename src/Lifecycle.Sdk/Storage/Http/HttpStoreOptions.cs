namespace Lifecycle.Sdk;

/// <summary>
/// How a tracking server is reached. Valid as it is made. What is not set here is taken from the user info of the address, then from the variables
/// <c>MLFLOW_TRACKING_USERNAME</c>, <c>_PASSWORD</c> and <c>_TOKEN</c>, then from <c>~/.mlflow/credentials</c>. Secrets are never logged or stored.
/// </summary>
public sealed class HttpStoreOptions
{
    /// <summary>The user for basic authentication.</summary>
    /// <value>Null: not set here.</value>
    public string? Username { get; set; }

    /// <summary>The password that goes with <see cref="Username"/>.</summary>
    /// <value>Null: not set here.</value>
    public string? Password { get; set; }

    /// <summary>The token for bearer authentication; a user and password given in the same place win.</summary>
    /// <value>Null: not set here.</value>
    public string? Token { get; set; }

    /// <summary>Gives the bearer token; asked on first use and again whenever the server answers 401. Wins over everything else.</summary>
    /// <value>Null: not set here.</value>
    public Func<CancellationToken, ValueTask<string>>? TokenProvider { get; set; }

    /// <summary>Sends the requests, for client certificates, proxies and the like. It stays the caller's: the store does not dispose it.</summary>
    /// <value>Null: a pool of the store's own, which honours <c>MLFLOW_TRACKING_INSECURE_TLS</c> and <c>MLFLOW_TRACKING_SERVER_CERT_PATH</c>.</value>
    public HttpMessageHandler? Handler { get; set; }

    /// <summary>How long one try of one request may take; a transfer of artifact content is not limited by it.</summary>
    /// <value>2 minutes.</value>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long one request may take with all its tries and the waits between them.</summary>
    /// <value>5 minutes.</value>
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a request is repeated after a failure that may pass: 408, 429, 500, 502, 503, 504, a dropped connection or a time-out.</summary>
    /// <value>4; 0 to 100.</value>
    public int MaxRetries { get; set; } = 4;

    /// <summary>How many requests may be under way at once while points are delivered.</summary>
    /// <value>Null: 16 with a server of this library, which applies requests that wait together, 4 with others; else 1 to 64.</value>
    public int? MaxConnections { get; set; }

    /// <summary>
    /// Whether a search that the server can't do (OR, NOT, parentheses, numeric params, aggregates) fetches the runs and decides here. Otherwise it is refused.
    /// </summary>
    /// <value>False.</value>
    public bool EvaluateSearchLocally { get; set; }

    /// <summary>
    /// Whether JSON bodies of 1 KiB and more are compressed. A server gets none unless it has said that it takes them, which this library's do and stock ones don't.
    /// </summary>
    /// <value>Null: unless the server is on this machine, where it costs more than it saves. True: there too. False: never.</value>
    public bool? CompressRequests { get; set; }

    internal void Validate()
    {
        Require(RequestTimeout > TimeSpan.Zero && RequestTimeout <= TimeSpan.FromDays(1), nameof(RequestTimeout), RequestTimeout, "more than 0 and at most 1 day");
        Require(TotalTimeout > TimeSpan.Zero && TotalTimeout <= TimeSpan.FromDays(1), nameof(TotalTimeout), TotalTimeout, "more than 0 and at most 1 day");
        Require(MaxRetries is >= 0 and <= 100, nameof(MaxRetries), MaxRetries, "0 to 100");
        Require(MaxConnections is null or (>= 1 and <= 64), nameof(MaxConnections), MaxConnections ?? 0, "1 to 64");
        if (Username is { Length: 0 } || Username?.Contains(':', StringComparison.Ordinal) == true)
            throw new ArgumentException($"The {nameof(Username)} is empty or contains ':', which basic authentication can't send.");
        if (Password is not null && Username is null) throw new ArgumentException($"A {nameof(Password)} is given without a {nameof(Username)}.");
    }

    private static void Require(bool holds, string name, object value, string rule)
    {
        if (!holds) throw new ArgumentException(FormattableString.Invariant($"{name} is {value}: it must be {rule}."));
    }
}
