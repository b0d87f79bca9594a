using System.Runtime.CompilerServices;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <content>Verification and garbage collection.</content>
internal sealed partial class LocalFileStore
{
    /// <inheritdoc/>
    public override async IAsyncEnumerable<StoreFinding> VerifyAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var paths = await RunAsync(null, () => ValueTask.FromResult(Directory.GetDirectories(_layout.Runs)), cancellationToken).ConfigureAwait(false);
        var verifier = new StoreVerifier(_layout, _experiments);
        foreach (var finding in verifier.VerifyStore()) yield return finding;
        var contents = new HashSet<ContentDigest>();
        foreach (var path in paths)
        {
            foreach (var finding in await RunAsync(null, () => ValueTask.FromResult(new RunVerifier(_layout, _experiments, path).Verify(contents, cancellationToken)), cancellationToken).ConfigureAwait(false))
                yield return finding;
        }

        foreach (var finding in verifier.VerifyContents(contents, cancellationToken)) yield return finding;
        foreach (var ledger in (LedgerFile[])[_registryLedger, _auditLedger])
        {
            foreach (var finding in await RunAsync(null, () => ValueTask.FromResult(ledger.Verify(cancellationToken).ToList()), cancellationToken).ConfigureAwait(false)) yield return finding;
        }
    }

    /// <inheritdoc/>
    public override ValueTask<GarbageReport> CollectGarbageAsync(GarbageOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MinimumAge, TimeSpan.Zero, nameof(options));
        var collector = new GarbageCollector(_layout, _files, _experiments, _changes, options, _time);
        return RunAsync(null, () => collector.CollectAsync(WithFolderAsync, cancellationToken), cancellationToken);
    }
}
