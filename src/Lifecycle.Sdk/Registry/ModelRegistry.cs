using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>
/// Registered models and their versions: numbered, described, tagged, with aliases and stages, traced to the run, the data and the code that made them. Get it
/// from <see cref="Tracker.Models"/>. Thread-safe; several processes may use one store at once.
/// <para>Names have 1 to 500 characters without <c>/</c> and <c>:</c>. Reasons and actors have up to 4,000 characters on one line.</para>
/// </summary>
public abstract partial class ModelRegistry
{
    /// <summary>Who changes are recorded for.</summary>
    public abstract string Actor { get; }

    /// <summary>The same registry for somebody else, such as the user of a request.</summary>
    /// <param name="actor">Who changes are recorded for.</param>
    /// <returns>The registry; making it costs nothing.</returns>
    /// <exception cref="ArgumentException">The name is empty, has control characters or more than 250 characters.</exception>
    public abstract ModelRegistry As(string actor);

    /// <summary>Registers a model without a version.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it is, for people.</param>
    /// <param name="tags">Its tags.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ArgumentException">A name or value breaks a rule.</exception>
    /// <exception cref="LifecycleConflictException">The name is taken.</exception>
    public abstract Task<RegisteredModel> CreateModelAsync(
        string name, string description = "", IReadOnlyDictionary<string, string>? tags = null, CancellationToken cancellationToken = default);

    /// <summary>Gets a model.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The model.</returns>
    /// <exception cref="LifecycleNotFoundException">There is none.</exception>
    public abstract Task<RegisteredModel> GetModelAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Changes a model's description and tags.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="update">What to change.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The model after it.</returns>
    /// <exception cref="ArgumentException">A value breaks a rule.</exception>
    /// <exception cref="LifecycleNotFoundException">There is none.</exception>
    public abstract Task<RegisteredModel> UpdateModelAsync(string name, ModelUpdate update, CancellationToken cancellationToken = default);

    /// <summary>Renames a model; its versions, tags, aliases and gates go along.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="newName">The new name.</param>
    /// <param name="reason">Why; null if not said.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The model after it.</returns>
    /// <exception cref="ArgumentException">The new name breaks a rule.</exception>
    /// <exception cref="LifecycleNotFoundException">There is none.</exception>
    /// <exception cref="LifecycleConflictException">The new name is taken.</exception>
    public abstract Task<RegisteredModel> RenameModelAsync(string name, string newName, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes a model with all of its versions. The runs and their artifacts stay; the ledger still tells of it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="reason">Why; null if not said.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>When it is gone.</returns>
    /// <exception cref="LifecycleNotFoundException">There is none.</exception>
    public abstract Task DeleteModelAsync(string name, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Finds models.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A page.</returns>
    /// <exception cref="ArgumentException">A field, operator or literal does not fit, or the page token is not one of this query's.</exception>
    public abstract Task<Page<RegisteredModel>> SearchModelsAsync(ModelQuery query, CancellationToken cancellationToken = default);

    /// <summary>Registers a version under the next number. The artifacts of its run are frozen as they are in the store now, with their digests.</summary>
    /// <param name="name">The model, which must be registered.</param>
    /// <param name="version">What becomes the version.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The version.</returns>
    /// <exception cref="ArgumentException">A value breaks a rule, neither run nor source is given, or the folder is empty.</exception>
    /// <exception cref="LifecycleNotFoundException">There is no such model or run.</exception>
    public abstract Task<ModelVersion> CreateVersionAsync(string name, NewModelVersion version, CancellationToken cancellationToken = default);

    /// <summary>Gets a version.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">Its number.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The version.</returns>
    /// <exception cref="LifecycleNotFoundException">There is none.</exception>
    public abstract Task<ModelVersion> GetVersionAsync(string name, int version, CancellationToken cancellationToken = default);

    /// <summary>Changes a version's description and tags.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">Its number.</param>
    /// <param name="update">What to change.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The version after it.</returns>
    /// <exception cref="ArgumentException">A value breaks a rule.</exception>
    /// <exception cref="LifecycleNotFoundException">There is none.</exception>
    public abstract Task<ModelVersion> UpdateVersionAsync(string name, int version, ModelUpdate update, CancellationToken cancellationToken = default);

    /// <summary>Deletes a version and the aliases that point to it. Its number is not given again.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">Its number.</param>
    /// <param name="reason">Why; null if not said.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>When it is gone.</returns>
    /// <exception cref="LifecycleNotFoundException">There is none.</exception>
    public abstract Task DeleteVersionAsync(string name, int version, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Finds versions of all models.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A page.</returns>
    /// <exception cref="ArgumentException">A field, operator or literal does not fit, or the page token is not one of this query's.</exception>
    public abstract Task<Page<ModelVersion>> SearchVersionsAsync(ModelQuery query, CancellationToken cancellationToken = default);

    /// <summary>Finds the version that a reference means.</summary>
    /// <param name="reference"><c>fraud@champion</c>, <c>fraud/3</c>, <c>fraud/Production</c> (the newest of the stage) or <c>fraud/latest</c>; <c>models:/</c> may stand before it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The version.</returns>
    /// <exception cref="ArgumentException">The text is not a reference.</exception>
    /// <exception cref="LifecycleNotFoundException">Nothing fits it.</exception>
    public abstract Task<ModelVersion> ResolveAsync(string reference, CancellationToken cancellationToken = default);

    /// <summary>Points an alias to a version; it leaves the version it pointed to.</summary>
    /// <param name="name">The model.</param>
    /// <param name="alias">Letters, digits, <c>_</c> and <c>-</c>, up to 255; not <c>latest</c>, not <c>v</c> and a number.</param>
    /// <param name="version">The version's number.</param>
    /// <param name="reason">Why; null if not said.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The version after it.</returns>
    /// <exception cref="ArgumentException">The alias breaks a rule.</exception>
    /// <exception cref="LifecycleNotFoundException">There is no such version.</exception>
    /// <exception cref="PromotionRefusedException">The version does not fulfil the alias' gate.</exception>
    public abstract Task<ModelVersion> SetAliasAsync(string name, string alias, int version, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Removes an alias; no error if there is none.</summary>
    /// <param name="name">The model.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="reason">Why; null if not said.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>When it is gone.</returns>
    /// <exception cref="LifecycleNotFoundException">There is no such model.</exception>
    public abstract Task DeleteAliasAsync(string name, string alias, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Gives a version another stage.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">The version's number.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="archiveExisting">Whether other versions in that stage are archived; only for staging and production.</param>
    /// <param name="reason">Why; null if not said.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The version after it.</returns>
    /// <exception cref="ArgumentException">There is no such stage, or archiving makes no sense for it.</exception>
    /// <exception cref="LifecycleNotFoundException">There is no such version.</exception>
    /// <exception cref="PromotionRefusedException">The version does not fulfil the stage's gate.</exception>
    public abstract Task<ModelVersion> SetStageAsync(
        string name, int version, ModelStage stage, bool archiveExisting = false, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Registers a version, and the model if there is none of that name yet.</summary>
    /// <param name="name">The model.</param>
    /// <param name="run">The run that made it.</param>
    /// <param name="artifactFolder">The folder or file of its artifacts; null for all.</param>
    /// <param name="description">What it is, for people.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The version.</returns>
    /// <exception cref="ArgumentException">A value breaks a rule, or the folder is empty.</exception>
    /// <exception cref="LifecycleNotFoundException">There is no such run.</exception>
    public async Task<ModelVersion> RegisterAsync(
        string name, RunId run, string? artifactFolder = null, string description = "", CancellationToken cancellationToken = default)
    {
        try
        {
            await CreateModelAsync(name, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (LifecycleConflictException)
        {
            // It is there already, which is as good.
        }

        var version = new NewModelVersion { Run = run, ArtifactFolder = artifactFolder, Description = description };
        return await CreateVersionAsync(name, version, cancellationToken).ConfigureAwait(false);
    }
}
