namespace Lifecycle.Sdk;

/// <summary>What has to be fulfilled before a version may get an alias or stage, by whichever call.</summary>
public sealed record PromotionGate
{
    /// <summary>The names of the checks that must have passed; of several results of one check the last counts.</summary>
    public IReadOnlyList<string> RequiredChecks { get; init; } = [];

    /// <summary>How many different people must have approved the version for the target; 0 by default.</summary>
    public int RequiredApprovals { get; init; }

    /// <summary>Whether the approval of the one who registered the version counts; false by default.</summary>
    public bool AllowsOwnApproval { get; init; }

    /// <summary>Whether both demand the same.</summary>
    /// <param name="other">The other.</param>
    /// <returns>Whether they are equal.</returns>
    public bool Equals(PromotionGate? other) => other is not null && RequiredChecks.SequenceEqual(other.RequiredChecks)
        && RequiredApprovals == other.RequiredApprovals && AllowsOwnApproval == other.AllowsOwnApproval;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(RequiredChecks.Count, RequiredApprovals, AllowsOwnApproval);

    /// <summary>Says what a version lacks; nothing if it may pass.</summary>
    internal List<string> FindFaults(ModelVersion version, PromotionTarget target)
    {
        var faults = new List<string>();
        foreach (var name in RequiredChecks)
        {
            var last = version.Checks.LastOrDefault(check => check.Name == name);
            if (last is null) faults.Add($"The check '{name}' was not recorded.");
            else if (!last.Passed) faults.Add($"The check '{name}' failed{(last.Details.Length > 0 ? $": {last.Details}" : ".")}");
        }

        var approvers = version.Approvals.Where(approval => approval.Target == target.ToString())
            .Select(approval => approval.Approver).Distinct(StringComparer.Ordinal)
            .Count(approver => AllowsOwnApproval || approver != version.User);
        if (approvers < RequiredApprovals)
            faults.Add($"{approvers} of {RequiredApprovals} approvals were given{(AllowsOwnApproval ? "" : $" by others than '{version.User}'")}.");
        return faults;
    }
}
