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

// 3. A verb that tells the last entries of the audit trail, and whether any was altered. Keep the anchor elsewhere: it shows later whether the end was cut off.
if (args is ["audit", ..])
{
    await using var tracker = Tracker.Open(store);
    var found = await tracker.Audit.VerifyAsync();
    Console.WriteLine(found.IsIntact ? $"{found.Count} entries, none altered. Anchor: {found.Anchor.Count} {found.Anchor.Hash}" : $"Entry {found.FirstAltered} was altered: {found.Fault}");
    if (!found.IsIntact) return 1;
    await foreach (var entry in tracker.Audit.ReadAsync().TakeLast(20))
        Console.WriteLine($"{entry.Sequence} {entry.Time:u} {entry.User ?? "-"}: {entry.Action} -> {entry.Status}, {entry.Subject} ({entry.Count} x)");
    return 0;
}

// 4. Any store of the library, served as an MLflow tracking server with registry and artifacts.
builder.Services.AddLifecycle(tracker => tracker.UseStore(store));
builder.Services.AddHealthChecks().AddLifecycle();

// 5. With a file of users every endpoint but /health, /version and /ready demands a role.
if (builder.Configuration["auth"] is { Length: > 0 } users) builder.Services.AddLifecycleUsers(users);

// 6. SIGTERM and Ctrl+C let what is in flight finish, for half a minute at most.
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
