using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Lifecycle.Sdk.Hosting;

/// <summary>Tells a host how tracking is doing, from numbers in memory: asking costs nothing and never touches the store.</summary>
internal sealed class LifecycleHealthCheck(Tracker tracker) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var status = tracker.Pump.Status;
        var data = new Dictionary<string, object>
        {
            ["store"] = tracker.Store.Address,
            ["openRuns"] = status.OpenJournals,
            ["backlogPoints"] = status.BacklogPoints,
            ["backlogBytes"] = status.BacklogBytes,
            ["dropped"] = status.Dropped,
        };
        var result = status switch
        {
            { Dropped: > 0 } => new HealthCheckResult(
                context.Registration.FailureStatus,
                string.Create(CultureInfo.InvariantCulture, $"{status.Dropped} points were dropped because the journal was full."), null, data),
            { LastFailure: { } failure } => HealthCheckResult.Degraded($"The store takes nothing at present: {failure}", null, data),
            _ => HealthCheckResult.Healthy("Everything logged reaches the store.", data),
        };
        return Task.FromResult(result);
    }
}
