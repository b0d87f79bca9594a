using System.Diagnostics;
using Lifecycle.Sdk.CrashLab;

LabOptions options;
try
{
    options = LabOptions.Parse(args);
}
catch (ArgumentException e)
{
    Console.Error.WriteLine($"{e.Message}\n{LabOptions.Usage}");
    return 2;
}

if (options.ChildDirectory is not null)
{
    var work = new Child(options);
    await (options.Recovers ? work.RecoverAsync() : work.RunAsync());
    return 0;
}

var tally = new Tally();
var (recoveries, interrupted) = (0, 0);
var random = new Random(options.Seed);
for (var kill = 1; kill <= options.Kills; kill++)
{
    var directory = Directory.CreateTempSubdirectory("crashlab-").FullName;

#pragma warning disable CA5394 // Reproducible, not secret.
    // Often right at the start, where folders and segments are made; else anywhere.
    TimeSpan Delay() => TimeSpan.FromMilliseconds(random.Next(3) == 0 ? random.Next(20) : random.Next(400));
    var arguments = options.ForChild(directory, random.Next());
    await KillChildAsync(arguments, Delay());
    if (random.Next(100) < options.RecoveryKills)
    {
        recoveries++;
        // A kill after the end of the recovery proves nothing.
        if (!(await KillChildAsync(arguments.Append("--recover"), Delay())).Contains("recovered", StringComparison.Ordinal)) interrupted++;
    }
#pragma warning restore CA5394
    await new Verifier(options, tally).VerifyAsync(directory);
    Directory.Delete(directory, recursive: true);
    if (!Console.IsOutputRedirected) Console.Write($"\r{kill}/{options.Kills}");
}

if (!Console.IsOutputRedirected) Console.Write('\r');
Console.WriteLine($"kills={options.Kills} recoveries killed={recoveries} before they were through={interrupted} logged={tally.Logged} lost={tally.Lost} torn={tally.Torn} duplicated={tally.Duplicated}");
if (!options.Control) return tally.IsClean && tally.Logged > 0 ? 0 : 1;
Console.WriteLine(tally.Lost > 0 ? "The control lost points, as it must." : "The control lost nothing: this lab would not see a loss.");
return tally.Lost > 0 ? 0 : 1;

static async Task<string> KillChildAsync(IEnumerable<string> arguments, TimeSpan delay)
{
    using var child = new Process
    {
        StartInfo = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true },
    };
    child.Start();
    if (await child.StandardOutput.ReadLineAsync() is null) throw new InvalidOperationException("The child ended before it did anything.");
    // Real time on purpose: what is killed is a real process at a moment that nothing in it chose.
    await Task.Delay(delay, TimeProvider.System);
    child.Kill();
    await child.WaitForExitAsync();
    return await child.StandardOutput.ReadToEndAsync();
}
