using System.Globalization;

namespace Lifecycle.Sdk.CrashLab;

/// <summary>What the lab is asked to do.</summary>
internal sealed record LabOptions
{
    public int Kills { get; init; } = 20;

    public int Threads { get; init; } = 2;

    /// <summary><c>file</c> or <c>sqlite</c>.</summary>
    public string Store { get; init; } = "file";

    public int Seed { get; init; } = 1;

    /// <summary>After how many of a hundred kills a second process is killed as well, while it recovers what the first has left.</summary>
    public int RecoveryKills { get; init; } = 50;

    /// <summary>Buffers 64 points in managed memory first: a lab that loses nothing then proves nothing.</summary>
    public bool Control { get; init; }

    /// <summary>The directory of the child; null in the parent.</summary>
    public string? ChildDirectory { get; init; }

    /// <summary>Whether the child recovers instead of logging.</summary>
    public bool Recovers { get; init; }

    public const string Usage = "CrashLab [--kills 20] [--recovery-kills 50] [--threads 2] [--store file|sqlite] [--seed 1] [--control]";

    /// <exception cref="ArgumentException">An argument is not known or out of range.</exception>
    public static LabOptions Parse(string[] args)
    {
        var options = new LabOptions();
        for (var i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--control" => options with { Control = true },
                "--kills" => options with { Kills = Number(args, ++i, 1, 100_000) },
                "--recovery-kills" => options with { RecoveryKills = Number(args, ++i, 0, 100) },
                "--recover" => options with { Recovers = true },
                "--threads" => options with { Threads = Number(args, ++i, 1, Progress.MaxThreads) },
                "--seed" => options with { Seed = Number(args, ++i, 0, int.MaxValue) },
                "--store" => options with { Store = Text(args, ++i) },
                "--child" => options with { ChildDirectory = Text(args, ++i) },
                _ => throw new ArgumentException($"'{args[i]}' is not an option."),
            };
        }

        return options.Store is "file" or "sqlite" ? options : throw new ArgumentException($"'{options.Store}' is not a store: file or sqlite.");
    }

    /// <summary>The arguments of a child.</summary>
    public IEnumerable<string> ForChild(string directory, int seed)
    {
        string[] arguments =
        [
            "--child", directory, "--seed", seed.ToString(CultureInfo.InvariantCulture), "--store", Store,
            "--threads", Threads.ToString(CultureInfo.InvariantCulture),
        ];
        return Control ? arguments.Append("--control") : arguments;
    }

    /// <summary>The store's address below a directory.</summary>
    public string AddressIn(string directory) => Path.Combine(directory, Store == "file" ? "runs" : "lifecycle.db");

    private static string Text(string[] args, int index) =>
        index < args.Length ? args[index] : throw new ArgumentException($"'{args[index - 1]}' needs a value.");

    private static int Number(string[] args, int index, int least, int most) =>
        int.TryParse(Text(args, index), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new ArgumentException($"'{args[index - 1]} {args[index]}' is refused: a number from {least} to {most}.");
}
