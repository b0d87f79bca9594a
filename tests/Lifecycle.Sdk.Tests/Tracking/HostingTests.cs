using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Lifecycle.Sdk.Tests.Tracking;

public sealed class HostingTests
{
    [Fact]
    public async Task A_stopping_host_drains_what_its_services_logged_while_stopping()
    {
        using var lab = new TrackerLab("file");
        RunId id;
        using (var host = Build(lab, services => services.AddHostedService<LateLogger>()))
        {
            await host.StartAsync();
            id = host.Services.GetRequiredService<IEnumerable<IHostedService>>().OfType<LateLogger>().Single().Id;
            await host.StopAsync();
            await using var other = lab.Open(builder => builder.Options.RecoverOnOpen = false);
            Assert.Equal(2, (await other.Runs.GetAsync(id)).Metrics["loss"].Count);
        }
    }

    [Fact]
    public async Task A_tracker_that_nobody_asked_for_is_not_made()
    {
        using var lab = new TrackerLab("file");
        using (var host = Build(lab, _ => { }))
        {
            await host.StartAsync();
            await host.StopAsync();
        }

        Assert.False(Directory.Exists(lab.Address));
    }

    [Fact]
    public async Task The_health_check_tells_how_tracking_is_doing()
    {
        using var lab = new TrackerLab("sqlite");
        using var host = Build(lab, services => services.AddHealthChecks().AddLifecycle());
        var tracker = host.Services.GetRequiredService<Tracker>();
        await using var run = tracker.StartRun("x");
        run.Log("loss", 1);
        await run.FlushAsync();
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        var entry = report.Entries["lifecycle"];
        Assert.Equal(HealthStatus.Healthy, entry.Status);
        Assert.Equal(1, entry.Data["openRuns"]);
        Assert.Equal(0L, entry.Data["backlogPoints"]);
        run.Complete();
    }

    [Fact]
    public async Task The_health_check_is_degraded_while_the_store_takes_nothing()
    {
        using var lab = new TrackerLab("file");
        await File.WriteAllTextAsync(lab["blocked"], "a file where the folder should be");
        using var host = Build(lab, services => services.AddHealthChecks().AddLifecycle(), builder =>
        {
            builder.UseLocalFile(lab["blocked"]);
            builder.Options.JournalDirectory = lab["journal"];
            builder.Options.ShutdownTimeout = TimeSpan.Zero;
        });
        var tracker = host.Services.GetRequiredService<Tracker>();
        var run = tracker.StartRun("x");
        run.Log("loss", 1);
        var error = await Assert.ThrowsAsync<LifecycleException>(() => run.FlushAsync());
        Assert.Contains(lab["journal"], error.Message, StringComparison.Ordinal);
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(HealthStatus.Degraded, report.Entries["lifecycle"].Status);
        Assert.False(run.Health.IsHealthy);
        await run.DisposeAsync();
    }

    private static IHost Build(TrackerLab lab, Action<IServiceCollection> services, Action<TrackerBuilder>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLifecycle(tracker =>
        {
            tracker.UseStore(lab.Address);
            tracker.Options.Capture = TrackerLab.Nothing;
            configure?.Invoke(tracker);
        });
        services(builder.Services);
        return builder.Build();
    }

    private sealed class LateLogger(Tracker tracker) : IHostedService
    {
        private readonly Run _run = tracker.StartRun("late");

        public RunId Id => _run.Id;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _run.Log("loss", 1);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            _run.Log("loss", 2);
            return Task.CompletedTask;
        }
    }
}
