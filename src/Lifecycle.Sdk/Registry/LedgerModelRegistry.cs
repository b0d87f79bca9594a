using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>A registry that stands on a store's ledger.</summary>
internal sealed partial class LedgerModelRegistry : ModelRegistry
{
    private const int MaxActor = 250;
    private const int MaxReason = 4_000;
    private readonly RegistryLedger _ledger;
    private readonly Func<CancellationToken, Task> _catchUp;

    /// <param name="ledger">The ledger, shared by all actors of a process.</param>
    /// <param name="actor">Who changes are recorded for.</param>
    /// <param name="catchUp">Waits until the store has what this process has logged to runs.</param>
    public LedgerModelRegistry(RegistryLedger ledger, string actor, Func<CancellationToken, Task> catchUp)
    {
        _ledger = ledger;
        _catchUp = catchUp;
        Actor = actor;
    }

    public override string Actor { get; }

    private TrackingStore Store => _ledger.Store;

    public override ModelRegistry As(string actor)
    {
        NameRules.RequireLine(actor, "actor", MaxActor);
        return new LedgerModelRegistry(_ledger, actor, _catchUp);
    }

    public override async Task<RegisteredModel> CreateModelAsync(
        string name, string description = "", IReadOnlyDictionary<string, string>? tags = null, CancellationToken cancellationToken = default)
    {
        NameRules.RequireModelName(name);
        NameRules.RequireValue(description, "description");
        var details = new LedgerDetails { Description = description.Length == 0 ? null : description, Tags = CheckedTags(tags) };
        var state = await ChangeAsync(
            state => state.Models.ContainsKey(name) ? throw Taken(name) : new LedgerChange(LedgerAction.ModelCreated, name, Details: details), cancellationToken).ConfigureAwait(false);
        return state.Model(name).ToModel();
    }

    public override async Task<RegisteredModel> GetModelAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return (await StateAsync(cancellationToken).ConfigureAwait(false)).Model(name).ToModel();
    }

    public override async Task<RegisteredModel> UpdateModelAsync(string name, ModelUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        var details = Details(update);
        var state = await ChangeAsync(state => Known(state.Model(name), new LedgerChange(LedgerAction.ModelUpdated, name, Details: details)), cancellationToken).ConfigureAwait(false);
        return state.Model(name).ToModel();
    }

    public override async Task<RegisteredModel> RenameModelAsync(string name, string newName, string? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        NameRules.RequireModelName(newName);
        RequireReason(reason);
        var state = await ChangeAsync(
            state => state.Model(name).Name == newName ? null
                : state.Models.ContainsKey(newName) ? throw Taken(newName)
                : new LedgerChange(LedgerAction.ModelRenamed, name, Details: new LedgerDetails { NewName = newName }, Reason: reason),
            cancellationToken).ConfigureAwait(false);
        return state.Model(newName).ToModel();
    }

    public override async Task DeleteModelAsync(string name, string? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        RequireReason(reason);
        await ChangeAsync(state => Known(state.Model(name), new LedgerChange(LedgerAction.ModelDeleted, name, Reason: reason)), cancellationToken).ConfigureAwait(false);
    }

    public override async Task<Page<RegisteredModel>> SearchModelsAsync(ModelQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var state = await StateAsync(cancellationToken).ConfigureAwait(false);
        return SearchEvaluator.Find(state.Models.Values.Select(model => model.ToModel()), query);
    }

    public override async Task<Page<ModelVersion>> SearchVersionsAsync(ModelQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var state = await StateAsync(cancellationToken).ConfigureAwait(false);
        return SearchEvaluator.Find(state.Models.Values.SelectMany(model => model.AllVersions()), query);
    }

    public override async Task<ModelVersion> GetVersionAsync(string name, int version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return (await StateAsync(cancellationToken).ConfigureAwait(false)).Version(name, version);
    }

    public override async Task<ModelVersion> ResolveAsync(string reference, CancellationToken cancellationToken = default)
    {
        var parsed = ModelReference.Parse(reference);
        return (await StateAsync(cancellationToken).ConfigureAwait(false)).Resolve(parsed);
    }

    private ValueTask<RegistryState> StateAsync(CancellationToken cancellationToken) => _ledger.CatchUpAsync(cancellationToken);

    private ValueTask<RegistryState> ChangeAsync(Func<RegistryState, LedgerChange?> decide, CancellationToken cancellationToken) =>
        _ledger.ChangeAsync(Actor, decide, cancellationToken);

    /// <summary>The change, once what it is about has been found.</summary>
    private static LedgerChange Known(object found, LedgerChange change)
    {
        ArgumentNullException.ThrowIfNull(found);
        return change;
    }

    private static LedgerDetails Details(ModelUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        if (update.Description is { } description) NameRules.RequireValue(description, "description");
        var tags = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (tag, value) in update.Tags)
        {
            NameRules.RequireTagName(tag);
            if (value is not null) NameRules.RequireValue(value, "tag value");
            tags[tag] = value;
        }

        return new LedgerDetails { Description = update.Description, Tags = tags.Count == 0 ? null : tags };
    }

    private static SortedDictionary<string, string?>? CheckedTags(IReadOnlyDictionary<string, string>? tags) =>
        Details(new ModelUpdate { Tags = (tags ?? new Dictionary<string, string>()).ToDictionary(tag => tag.Key, tag => (string?)tag.Value) }).Tags;

    private static void RequireReason(string? reason)
    {
        if (reason is not null) NameRules.RequireLine(reason, "reason", MaxReason);
    }

    private LifecycleConflictException Taken(string name) =>
        new($"There is a registered model '{NameRules.Shorten(name)}' in '{Store.Address}' already.") { Store = Store.Address };
}
