namespace Lifecycle.Sdk;

/// <content>What only a registry with a ledger can do: the built-in local stores have one.</content>
public abstract partial class ModelRegistry
{
    /// <summary>Sets what has to be fulfilled before a version may get an alias or stage.</summary>
    /// <param name="name">The model.</param>
    /// <param name="target">The alias or stage.</param>
    /// <param name="gate">The gate; null removes it.</param>
    /// <param name="reason">Why; null if not said.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>When it holds.</returns>
    /// <exception cref="ArgumentException">The target is empty, or the gate demands nothing or less.</exception>
    /// <exception cref="LifecycleNotFoundException">There is no such model.</exception>
    /// <exception cref="NotSupportedException">The registry keeps no ledger.</exception>
    public virtual Task SetGateAsync(
        string name, PromotionTarget target, PromotionGate? gate, string? reason = null, CancellationToken cancellationToken = default) => throw NoLedger();

    /// <summary>Records the result of a check.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">The version's number.</param>
    /// <param name="check">The result; <see cref="ModelCheck.Of"/> makes one of a validation gate's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The version after it.</returns>
    /// <exception cref="ArgumentException">The check's name or details break a rule.</exception>
    /// <exception cref="LifecycleNotFoundException">There is no such version.</exception>
    /// <exception cref="NotSupportedException">The registry keeps no ledger.</exception>
    public virtual Task<ModelVersion> RecordCheckAsync(string name, int version, ModelCheck check, CancellationToken cancellationToken = default) => throw NoLedger();

    /// <summary>Approves a version for an alias or stage, as <see cref="Actor"/>.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">The version's number.</param>
    /// <param name="target">The alias or stage.</param>
    /// <param name="reason">Why; an approval needs one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The version after it.</returns>
    /// <exception cref="ArgumentException">The reason or target is empty.</exception>
    /// <exception cref="LifecycleNotFoundException">There is no such version.</exception>
    /// <exception cref="NotSupportedException">The registry keeps no ledger.</exception>
    public virtual Task<ModelVersion> ApproveAsync(
        string name, int version, PromotionTarget target, string reason, CancellationToken cancellationToken = default) => throw NoLedger();

    /// <summary>Gives a version an alias or a stage, archiving who had the stage, if it fulfils the gate.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">The version's number.</param>
    /// <param name="target">The alias or stage.</param>
    /// <param name="reason">Why; null if not said.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The version after it.</returns>
    /// <exception cref="ArgumentException">The target is empty.</exception>
    /// <exception cref="LifecycleNotFoundException">There is no such version.</exception>
    /// <exception cref="PromotionRefusedException">The version does not fulfil the gate.</exception>
    public Task<ModelVersion> PromoteAsync(
        string name, int version, PromotionTarget target, string? reason = null, CancellationToken cancellationToken = default) => (target.AliasName, target.StageName) switch
        {
            ({ } alias, _) => SetAliasAsync(name, alias, version, reason, cancellationToken),
            (_, { } stage) => SetStageAsync(name, version, stage, stage is ModelStage.Staging or ModelStage.Production, reason, cancellationToken),
            _ => throw new ArgumentException("The target is empty: make one with PromotionTarget.Alias or PromotionTarget.Stage.", nameof(target)),
        };

    /// <summary>
    /// Gives an alias or stage back to the version that had it before, skipping deleted ones; who has a stage now is archived. The gate is not asked: that
    /// version has passed it, and the way back must not be barred.
    /// </summary>
    /// <param name="name">The model.</param>
    /// <param name="target">The alias or stage.</param>
    /// <param name="reason">Why; a rollback needs a reason.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The version that has it now.</returns>
    /// <exception cref="ArgumentException">The reason or target is empty.</exception>
    /// <exception cref="InvalidOperationException">Nobody has it, or nobody had it before.</exception>
    /// <exception cref="LifecycleNotFoundException">There is no such model.</exception>
    /// <exception cref="NotSupportedException">The registry keeps no ledger.</exception>
    public virtual Task<ModelVersion> RollBackAsync(string name, PromotionTarget target, string reason, CancellationToken cancellationToken = default) =>
        throw NoLedger();

    /// <summary>Reads the ledger: who did what, when and why, oldest first.</summary>
    /// <param name="name">Only entries about this model, by its name at that time; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The entries; checked one by one, so that altered ones are never returned.</returns>
    /// <exception cref="LifecycleException">The ledger was altered.</exception>
    /// <exception cref="NotSupportedException">The registry keeps no ledger.</exception>
    public virtual IAsyncEnumerable<LedgerEntry> ReadLedgerAsync(string? name = null, CancellationToken cancellationToken = default) => throw NoLedger();

    /// <summary>The registry as it was. Reads the ledger from its beginning, in time proportional to it.</summary>
    /// <param name="time">The time; what happened at this very moment is included.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What there was then.</returns>
    /// <exception cref="LifecycleException">The ledger was altered.</exception>
    /// <exception cref="NotSupportedException">The registry keeps no ledger.</exception>
    public virtual Task<RegistrySnapshot> AsOfAsync(DateTimeOffset time, CancellationToken cancellationToken = default) => throw NoLedger();

    /// <summary>Reads the whole ledger and finds the first entry that was altered, removed or inserted.</summary>
    /// <param name="anchor">How long it was and its last hash at some time before, kept outside of the store; null if not known.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="NotSupportedException">The registry keeps no ledger.</exception>
    public virtual Task<LedgerVerification> VerifyLedgerAsync(LedgerAnchor? anchor = null, CancellationToken cancellationToken = default) => throw NoLedger();

    /// <summary>Opens a frozen artifact of a version.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">The version's number.</param>
    /// <param name="path">One of <see cref="ModelVersion.Artifacts"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A forward-only stream, which the caller disposes. Reading the end of content that is not what was registered throws a <see cref="LifecycleException"/>.</returns>
    /// <exception cref="LifecycleNotFoundException">There is no such version or artifact, or its run is gone.</exception>
    /// <exception cref="LifecycleException">The artifact was replaced after the version was registered.</exception>
    /// <exception cref="NotSupportedException">The registry does not freeze artifacts.</exception>
    public virtual Task<Stream> OpenArtifactAsync(string name, int version, string path, CancellationToken cancellationToken = default) => throw NoLedger();

    /// <summary>
    /// Writes a version as one folder, or one zip file if the path ends with <c>.zip</c>: its artifacts, a manifest with their digests, params, metrics and lineage, and a model
    /// card in Markdown. <c>Registry/README.md</c> describes the layout.
    /// </summary>
    /// <param name="reference">The version; see <see cref="ResolveAsync"/>.</param>
    /// <param name="path">Where there is nothing yet.</param>
    /// <param name="cancellationToken">Gives up; nothing is left at the path.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="ArgumentException">The text is not a reference, or the path is empty.</exception>
    /// <exception cref="LifecycleNotFoundException">Nothing fits the reference, or the run with the artifacts is gone.</exception>
    /// <exception cref="LifecycleException">An artifact was replaced or altered after the version was registered.</exception>
    /// <exception cref="IOException">There is something at the path already, or it can't be written.</exception>
    /// <exception cref="NotSupportedException">The registry does not freeze artifacts.</exception>
    public virtual Task<ModelExport> ExportAsync(string reference, string path, CancellationToken cancellationToken = default) => throw NoLedger();

    /// <summary>
    /// Registers the version in a package that <see cref="ExportAsync"/> wrote, under the next number here; the model is registered if there is none of that name yet. A run in the
    /// experiment <c>Imported models</c> keeps the artifacts, with the params, datasets and metrics (first, last, smallest and greatest value) of the run that made them. Where it
    /// came from is in <see cref="ModelVersion.ImportedFrom"/>. Aliases, stages, checks and approvals do not come along: gates here are fulfilled here.
    /// </summary>
    /// <param name="path">The folder or zip file.</param>
    /// <param name="name">The model; null for the name it had there.</param>
    /// <param name="manifest">The digest that the package's manifest must have, as its exporter said; null if not known.</param>
    /// <param name="cancellationToken">Gives up; no version is registered then.</param>
    /// <returns>What was registered.</returns>
    /// <exception cref="ArgumentException">The name breaks a rule, or the path is empty.</exception>
    /// <exception cref="FileNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="InvalidDataException">
    /// It is no package, or something in it was altered, is missing, is too much, or would not stay in its place. Nothing was imported; the message says why.
    /// </exception>
    /// <exception cref="NotSupportedException">The registry does not freeze artifacts.</exception>
    public virtual Task<ModelImport> ImportAsync(
        string path, string? name = null, ContentDigest? manifest = null, CancellationToken cancellationToken = default) => throw NoLedger();

    private NotSupportedException NoLedger() => new($"{GetType().Name} keeps no ledger: gates, rollback, history and frozen artifacts need a store with one.");
}
