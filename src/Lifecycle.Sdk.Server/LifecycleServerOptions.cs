namespace Lifecycle.Sdk;

/// <summary>How a tracking server behaves. Valid as it is made; read when the endpoints are mapped.</summary>
public sealed class LifecycleServerOptions
{
    /// <summary>The key of the tracker that is served; see <c>AddKeyedLifecycle</c>.</summary>
    /// <value>Null: the tracker without a key.</value>
    public string? TrackerKey { get; set; }

    /// <summary>The largest JSON body that is read, in bytes. Artifacts are streamed and not limited by it.</summary>
    /// <value>4 MiB; 1 MiB to 1 GiB.</value>
    public int MaxRequestBytes { get; set; } = 4 << 20;

    /// <summary>The largest artifact that is taken, in bytes.</summary>
    /// <value>Null: any.</value>
    public long? MaxArtifactBytes { get; set; }

    /// <summary>
    /// The hosts that requests may be addressed to, without port; <c>*</c> allows all. A web page that has its own name point to this machine is kept out by it.
    /// </summary>
    /// <value>Empty: <c>localhost</c> and IP addresses of this machine itself for requests that come from it; any host for requests from elsewhere.</value>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>The web origins, such as <c>https://ml.example.com</c>, whose pages may change something; <c>*</c> allows all.</summary>
    /// <value>Empty: only pages of the server's own origin.</value>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>
    /// Whether each endpoint demands a role: <c>reader</c> for what only reads, <c>writer</c> for what changes, <c>admin</c> for what deletes models and experiments. Each
    /// includes the ones before it. The host adds the authentication, such as <c>AddLifecycleUsers</c>.
    /// </summary>
    /// <value>True after <c>AddLifecycleUsers</c>; else false: whoever reaches the server may do everything, unless the host demands more.</value>
    public bool RequireRoles { get; set; }

    /// <summary>
    /// Whether every request that changes something leaves an entry with its user in the store's audit trail (<see cref="Tracker.Audit"/>). No write is acknowledged before
    /// its entry survives power loss; if the entry can't be written, the answer is a 5xx. Refused requests are no entries. A write that was never acknowledged, because the
    /// server died in the middle of it, may have none.
    /// </summary>
    /// <value>True after <c>AddLifecycleUsers</c>; else false.</value>
    public bool KeepAudit { get; set; }

    internal void Validate()
    {
        if (MaxRequestBytes is < 1 << 20 or > 1 << 30)
            throw new ArgumentException(FormattableString.Invariant($"{nameof(MaxRequestBytes)} is {MaxRequestBytes}: it must be 1 MiB to 1 GiB."));
        if (MaxArtifactBytes is <= 0) throw new ArgumentException(FormattableString.Invariant($"{nameof(MaxArtifactBytes)} is {MaxArtifactBytes}: it must be positive, or null for any."));
    }
}
