using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <content>Aliases, stages, and what it takes to get them.</content>
internal sealed partial class LedgerModelRegistry
{
    public override async Task<ModelVersion> SetAliasAsync(
        string name, string alias, int version, string? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        var target = PromotionTarget.Alias(alias);
        RequireReason(reason);
        return await ChangeVersionAsync(name, version, (model, known) =>
        {
            var previous = model.Aliases.TryGetValue(alias, out var pointed) ? pointed : (int?)null;
            if (previous == version) return null;
            RequireGate(model, known, target);
            return new LedgerChange(LedgerAction.AliasSet, name, version, new LedgerDetails { Target = target.ToString(), PreviousVersion = previous }, reason);
        }, cancellationToken).ConfigureAwait(false);
    }

    public override async Task DeleteAliasAsync(string name, string alias, string? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        var target = PromotionTarget.Alias(alias);
        RequireReason(reason);
        await ChangeAsync(
            state => state.Model(name).Aliases.TryGetValue(alias, out var pointed)
                ? new LedgerChange(LedgerAction.AliasDeleted, name, pointed, new LedgerDetails { Target = target.ToString() }, reason)
                : null,
            cancellationToken).ConfigureAwait(false);
    }

    public override async Task<ModelVersion> SetStageAsync(
        string name, int version, ModelStage stage, bool archiveExisting = false, string? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        var target = PromotionTarget.Stage(stage);
        if (archiveExisting && stage is ModelStage.None or ModelStage.Archived)
            throw new ArgumentException($"Only versions in staging and production can be archived by another one, not those in stage {stage}.", nameof(archiveExisting));
        RequireReason(reason);
        return await ChangeVersionAsync(name, version, (model, known) =>
        {
            int[] archived = archiveExisting ? [.. model.Versions.Values.Where(v => v.Stage == stage && v.Number != version).Select(v => v.Number)] : [];
            if (known.Stage == stage && archived.Length == 0) return null;
            RequireGate(model, known, target);
            var details = new LedgerDetails { Target = target.ToString(), Archived = archived.Length == 0 ? null : archived };
            return new LedgerChange(LedgerAction.StageChanged, name, version, details, reason);
        }, cancellationToken).ConfigureAwait(false);
    }

    public override async Task SetGateAsync(
        string name, PromotionTarget target, PromotionGate? gate, string? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        RequireTarget(target);
        RequireReason(reason);
        foreach (var check in gate?.RequiredChecks ?? []) NameRules.RequireLine(check, "check name", NameRules.MaxKeyLength);
        if (gate is { RequiredApprovals: < 0 } or { RequiredApprovals: 0, RequiredChecks.Count: 0 })
            throw new ArgumentException($"A gate demands a check or an approval, not {gate.RequiredApprovals} approvals; null removes it.", nameof(gate));
        var details = new LedgerDetails { Target = target.ToString(), Gate = gate };
        await ChangeAsync(
            state => Equals(state.Model(name).Gates.GetValueOrDefault(target), gate) ? null : new LedgerChange(LedgerAction.GateSet, name, Details: details, Reason: reason),
            cancellationToken).ConfigureAwait(false);
    }

    public override async Task<ModelVersion> RecordCheckAsync(string name, int version, ModelCheck check, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(check);
        NameRules.RequireLine(check.Name, "check name", NameRules.MaxKeyLength);
        NameRules.RequireValue(check.Details, "details of the check");
        var change = new LedgerChange(LedgerAction.CheckRecorded, name, version, new LedgerDetails { Check = check });
        return await ChangeVersionAsync(name, version, (_, _) => change, cancellationToken).ConfigureAwait(false);
    }

    public override async Task<ModelVersion> ApproveAsync(
        string name, int version, PromotionTarget target, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        RequireTarget(target);
        NameRules.RequireLine(reason, "reason", MaxReason);
        var change = new LedgerChange(LedgerAction.VersionApproved, name, version, new LedgerDetails { Target = target.ToString() }, reason);
        return await ChangeVersionAsync(name, version, (_, _) => change, cancellationToken).ConfigureAwait(false);
    }

    public override async Task<ModelVersion> RollBackAsync(string name, PromotionTarget target, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        RequireTarget(target);
        NameRules.RequireLine(reason, "reason", MaxReason);
        var number = 0;
        var state = await ChangeAsync(state =>
        {
            var model = state.Model(name);
            var present = HolderOf(model, target) ?? throw new InvalidOperationException($"No version of '{name}' has {target}: there is nothing to roll back.");
            number = model.HolderBefore(target, present)
                ?? throw new InvalidOperationException($"Version {present} of '{name}' has {target}, and none that is left had it before.");
            var details = new LedgerDetails { Target = target.ToString(), PreviousVersion = present };
            return target.AliasName is not null
                ? new LedgerChange(LedgerAction.AliasRolledBack, name, number, details, reason)
                : new LedgerChange(LedgerAction.StageRolledBack, name, number, details with { Archived = [present] }, reason);
        }, cancellationToken).ConfigureAwait(false);
        return state.Version(name, number);
    }

    private static int? HolderOf(ModelState model, PromotionTarget target)
    {
        if (target.AliasName is { } alias) return model.Aliases.TryGetValue(alias, out var pointed) ? pointed : null;
        var holders = model.Holders.GetValueOrDefault(target) ?? [];
        var at = holders.FindLastIndex(holder => model.Versions[holder].Stage == target.StageName);
        return at < 0 ? null : holders[at];
    }

    private static void RequireGate(ModelState model, ModelVersion version, PromotionTarget target)
    {
        if (model.Gates.GetValueOrDefault(target)?.FindFaults(version, target) is { Count: > 0 } faults)
            throw new PromotionRefusedException(version, target, faults);
    }

    private static void RequireTarget(PromotionTarget target)
    {
        if (target == default) throw new ArgumentException("The target is empty: make one with PromotionTarget.Alias or PromotionTarget.Stage.", nameof(target));
    }
}
