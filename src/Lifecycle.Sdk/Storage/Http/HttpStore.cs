using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>
/// A store on a server that speaks MLflow's REST API 2.0; WIRE.md says what goes over the wire. The server keeps no marks, so a batch may arrive twice: all that
/// is in it is made to be the same the second time. Nothing is done before the first call.
/// </summary>
internal sealed partial class HttpStore : TrackingStore
{
    private const int StockConnections = 4;
    public const int DialectConnections = 16;
    private readonly HttpStoreOptions _options;
    private readonly HttpChannel _channel;
    private readonly HttpExperiments _experiments;
    private readonly HttpArtifacts _artifacts;
    private readonly HistoryReading _histories;
    private readonly RunReading _reading;
    private readonly RunLinks _links;
    private readonly ContentCopies _contents;
    private volatile bool _isDisposed;

    public HttpStore(HttpAddress address, HttpStoreOptions options, StoreContext context, HttpSurroundings surroundings)
    {
        _options = options;
        Address = address.Text;
        var folder = Path.Combine(surroundings.Data, "Lifecycle.Sdk", "http", address.FolderName());
        JournalDirectory = Path.Combine(folder, "journals");
        _channel = new HttpChannel(address, options, surroundings, context.TimeProvider, context.LoggerFactory.CreateLogger<HttpStore>());
        _experiments = new HttpExperiments(_channel);
        _artifacts = new HttpArtifacts(_channel, context.TimeProvider, options.RequestTimeout);
        _histories = new HistoryReading(_channel);
        _reading = new RunReading(_channel, _artifacts, _histories);
        _links = new RunLinks(_channel, _experiments, options.MaxRetries + 1);
        _contents = new ContentCopies(Path.Combine(folder, "contents"));
    }

    /// <inheritdoc/>
    public override string Address { get; }

    /// <inheritdoc/>
    public override string JournalDirectory { get; }

    /// <summary>What is known so far: a server tells what it can do with its first answer.</summary>
    public override StoreCapabilities Capabilities => new()
    {
        KeepsParamTypes = true,
        SearchesFullGrammar = _channel.IsDialect || _options.EvaluateSearchLocally,
        SummarizesSeries = _channel.IsDialect,
    };

    /// <inheritdoc/>
    public override async ValueTask<ApplyResult> ApplyAsync(RunBatch batch, CancellationToken cancellationToken = default)
    {
        BatchRules.RequireValid(batch);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        if ((batch.Conditions & ~BatchConditions.NewPointsOnly) != 0)
            throw new NotSupportedException($"{Address} can't check {batch.Conditions} together with the change: the protocol has no transactions.");
        var link = await _links.EnsureAsync(batch, cancellationToken).ConfigureAwait(false);
        await link.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var delivery = new BatchDelivery(_channel, _artifacts, _contents, _links, _options.MaxConnections ?? (_channel.IsDialect ? DialectConnections : StockConnections), link, batch);
            return new ApplyResult(true, await delivery.RunAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (HttpFailureException e) when (e.IsMissing)
        {
            // Removed for good on the server, perhaps created anew: looked up again next time.
            _links.Forget(batch.Run);
            throw _links.NoSuchRun(batch.Run);
        }
        finally
        {
            link.Gate.Release();
        }
    }

    /// <inheritdoc/>
    public override ValueTask<WriterMark?> GetMarkAsync(RunId run, WriterId writer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        return new((WriterMark?)null);
    }

    /// <inheritdoc/>
    public override ValueTask PutContentAsync(StagedContent content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        return _contents.AddAsync(content, Address, cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask<RunInfo?> GetRunAsync(RunId run, CancellationToken cancellationToken = default) =>
        await _links.ReadAsync(run, cancellationToken).ConfigureAwait(false) is { } found ? await _reading.ReadAsync(found, cancellationToken).ConfigureAwait(false) : null;

    /// <inheritdoc/>
    public override async IAsyncEnumerable<PointBlock> ReadPointsAsync(
        RunId run, string key, PointRange range, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(range);
        var wire = await _links.ReadAsync(run, cancellationToken).ConfigureAwait(false) ?? throw _links.NoSuchRun(run);
        var map = WireMap.Read(wire.Data?.Tags);
        var attempts = RunLink.AttemptsOf(wire);

        // A server that knows attempts has left superseded points out; by their times alone, more would seem to be.
        if (_channel.IsDialect) range = range with { IncludeSuperseded = true };
        if (!map.TryMetricKey(key, out var serverKey)) serverKey = key;
        await foreach (var points in _histories.ReadAsync(wire.Info.RunId, serverKey, cancellationToken, map.HasInfinities(serverKey)).ConfigureAwait(false))
        {
            foreach (var block in HistoryBlocks.Of(points, range, attempts)) yield return block;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<ArtifactInfo>> ListArtifactsAsync(RunId run, CancellationToken cancellationToken = default)
    {
        var wire = await _links.ReadAsync(run, cancellationToken).ConfigureAwait(false) ?? throw _links.NoSuchRun(run);
        var map = WireMap.Read(wire.Data?.Tags);
        var known = map.Artifacts.ToDictionary(entry => entry.Value.Key ?? entry.Key, entry => (Path: entry.Key, Entry: entry.Value), StringComparer.Ordinal);
        var artifacts = new List<ArtifactInfo>();
        foreach (var file in await _artifacts.ListAsync(wire.Info.RunId, cancellationToken).ConfigureAwait(false))
        {
            // Python programs may have logged names that no other store could hold.
            if (map.IsOwnFile(file.Path) || (known.TryGetValue(file.Path, out var gone) && gone.Entry.Removed == true) || !ArtifactPath.TryParse(known.TryGetValue(file.Path, out var logged) ? logged.Path : file.Path, out var path)) continue;
            artifacts.Add(InfoOf(path, file, logged.Entry));
        }

        artifacts.Sort((a, b) => string.CompareOrdinal(a.Path.ToString(), b.Path.ToString()));
        return artifacts;
    }

    /// <inheritdoc/>
    public override async ValueTask<Stream> OpenArtifactAsync(RunId run, ArtifactPath path, CancellationToken cancellationToken = default)
    {
        var wire = await _links.ReadAsync(run, cancellationToken).ConfigureAwait(false) ?? throw _links.NoSuchRun(run);
        var entry = WireMap.Read(wire.Data?.Tags).Artifacts.GetValueOrDefault(path.ToString());
        if (entry?.Removed == true) throw new LifecycleNotFoundException($"The run '{run}' at {Address} has no artifact '{path}': it was removed.") { Store = Address, Run = run };
        var info = entry is null ? null : InfoOf(path, null, entry);
        if (_channel.IsDialect) info = (await ListArtifactsAsync(run, cancellationToken).ConfigureAwait(false)).FirstOrDefault(artifact => artifact.Path == path);
        var content = await _artifacts.OpenAsync(wire.Info.ArtifactUri, run, entry?.Key ?? path.ToString(), cancellationToken).ConfigureAwait(false);
        // What others have logged has no digest to check it by.
        return info is { } logged && logged.Digest != default ? new CheckedStream(content, logged, Address) : content;
    }

    /// <inheritdoc/>
    public override ModelRegistry OpenRegistry(string actor) => new HttpModelRegistry(new HttpRegistry(_channel, _artifacts, this, _links), actor);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _links.Dispose();
            _contents.Dispose();
            _channel.Dispose();
        }

        return base.DisposeAsync();
    }

    private static ArtifactInfo InfoOf(ArtifactPath path, WireFile? file, WireEntry? entry)
    {
        var size = file?.FileSize ?? (file is null ? entry?.Size : 0) ?? 0;
        var digest = file?.Sha256 ?? (entry is { } logged && (file is null || logged.Size == size) ? logged.Sha256 : null);
        return new ArtifactInfo(path, digest is null ? default : ContentDigest.Parse(digest), size, WireTime.Of(file?.Timestamp ?? entry?.Time ?? 0));
    }
}
