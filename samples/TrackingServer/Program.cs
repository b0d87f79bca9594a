using Lifecycle.Sdk;

// 1. What stands on the command line, in appsettings.json or in the environment: --urls, --store, --auth.
var builder = WebApplication.CreateSlimBuilder(args);
var store = builder.Configuration["store"] ?? "lifecycle.db";

// 2. Any store of the library, served as an MLflow tracking server with registry and artifacts.
builder.Services.AddLifecycle(tracker => tracker.UseStore(store));
builder.Services.AddHealthChecks().AddLifecycle();
var app = builder.Build();
app.MapLifecycle();
app.MapHealthChecks("/ready");

// 3. SIGTERM and Ctrl+C let what is in flight finish.
app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine($"Serving {app.Services.GetRequiredService<Tracker>().Store.Address}: mlflow.set_tracking_uri(\"{app.Urls.First()}\")"));
app.Run();
