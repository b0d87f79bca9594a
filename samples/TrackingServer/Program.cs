using Lifecycle.Sdk;

// 1. Two verbs that make what stands in the file of users. A secret comes from standard input: on a command line others could read it.
if (args is ["hash"])
{
    Console.WriteLine(LifecycleUsers.HashSecret(Console.In.ReadLine() is { Length: > 0 } secret ? secret : throw new ArgumentException("Write the secret to standard input.")));
    return 0;
}

if (args is ["token"])
{
    var token = LifecycleUsers.CreateToken();
    Console.WriteLine($"token, for the client:          {token}");
    Console.WriteLine($"hash, for the file of users:    {LifecycleUsers.HashToken(token)}");
    return 0;
}

// 2. What stands on the command line, in appsettings.json or in the environment: --urls, --store, --auth.
var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
var store = builder.Configuration["store"] ?? "lifecycle.db";

// 3. Any store of the library, served as an MLflow tracking server with registry and artifacts.
builder.Services.AddLifecycle(tracker => tracker.UseStore(store));
builder.Services.AddHealthChecks().AddLifecycle();

// 4. With a file of users every endpoint but /health, /version and /ready demands a role.
if (builder.Configuration["auth"] is { Length: > 0 } users) builder.Services.AddLifecycleUsers(users);

// 5. SIGTERM and Ctrl+C let what is in flight finish, for half a minute at most.
builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));

try
{
    var app = builder.Build();
    app.MapLifecycle();
    app.MapHealthChecks("/ready");
    app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine($"Serving {app.Services.GetRequiredService<Tracker>().Store.Address}: mlflow.set_tracking_uri(\"{app.Urls.First()}\")"));
    app.Run();
    return 0;
}
catch (Exception mistake) when (mistake is ArgumentException or LifecycleException)
{
    Console.Error.WriteLine(mistake.Message);
    return 1;
}
