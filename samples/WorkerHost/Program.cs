using Lifecycle.Sdk;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// 1. A host with a tracker: options from the section "Lifecycle" of appsettings.json (validated at start), a health check, a worker.
//    Run it from any folder: settings are read beside the program. Stop it with Ctrl+C, or let it stop by itself: --steps N.
var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.Services.AddLifecycle(builder.Configuration.GetSection("Lifecycle"));
builder.Services.AddHealthChecks().AddLifecycle();
builder.Services.AddHostedService<TrainingWorker>();
await builder.Build().RunAsync();

// 2. The worker gets the tracker by injection. When the host stops, the run is marked as killed and everything logged is drained.
internal sealed class TrainingWorker(Tracker tracker, IHostApplicationLifetime host, IConfiguration configuration, TimeProvider time, ILogger<TrainingWorker> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var steps = configuration.GetValue("steps", 100);
        var id = await tracker.RunAsync("worker", (run, cancellation) => TrainAsync(run, steps, cancellation), cancellationToken: stoppingToken);
        var stored = await tracker.Runs.GetAsync(id, CancellationToken.None);
        logger.LogInformation("{Run} is {Status} with {Count} losses, the last {Loss:0.0000}",
            stored.Name, stored.Status, stored.Metrics["loss"].Count, stored.Metrics["loss"].Last.Value);
        host.StopApplication();
    }

    private async Task TrainAsync(Run run, int steps, CancellationToken cancellation)
    {
        logger.LogInformation("{Run} logs to {Store}", run.Name, tracker.Store.Address);
        run.LogParam("steps", steps);
        var loss = run.Metric("loss");
        for (var step = 0; step < steps; step++)
        {
            loss.Log(1.0 / (1 + step), step);
            await Task.Delay(TimeSpan.FromMilliseconds(10), time, cancellation);
        }
    }
}
