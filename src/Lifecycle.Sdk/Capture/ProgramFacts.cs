using System.Reflection;
using System.Text.RegularExpressions;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Capture;

/// <summary>Which program logs: its entry assembly, version and command line. Secrets on the command line are masked.</summary>
internal static partial class ProgramFacts
{
    public const string Mask = "***";

    private static readonly Lazy<IReadOnlyList<(string, string)>> Facts = new(Gather);

    public static IReadOnlyList<(string Name, string Value)> Collect() => Facts.Value;

    /// <summary>The arguments as one line, with what looks like a secret masked: <c>--password x</c>, <c>--api-key=x</c>, <c>TOKEN=x</c>, <c>https://user:x@host</c>.</summary>
    public static string MaskCommandLine(IReadOnlyList<string> arguments)
    {
        var shown = new List<string>(arguments.Count);
        var maskNext = false;
        foreach (var argument in arguments)
        {
            if (maskNext && !argument.StartsWith('-'))
            {
                shown.Add(Mask);
                maskNext = false;
                continue;
            }

            var separator = argument.AsSpan().IndexOfAny('=', ':');
            var name = separator > 0 ? argument[..separator] : argument;
            var isSecret = SecretName().IsMatch(name) && !argument.Contains("://", StringComparison.Ordinal);
            maskNext = isSecret && separator <= 0 && argument.StartsWith('-');
            var text = isSecret && separator > 0 ? argument[..(separator + 1)] + Mask : MaskAddress(argument);
            shown.Add(text.Contains(' ', StringComparison.Ordinal) ? $"\"{text}\"" : text);
        }

        var line = string.Join(' ', shown);
        return line.Length > NameRules.MaxTextLength ? line[..NameRules.MaxTextLength] : line;
    }

    /// <summary>Masks user information and secret query values of an address.</summary>
    public static string MaskAddress(string text) =>
        SecretInQuery().Replace(UserInAddress().Replace(text, $"$1{Mask}@"), $"$1{Mask}");

    private static List<(string, string)> Gather()
    {
        var assembly = Assembly.GetEntryAssembly();
        var version = assembly?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? assembly?.GetName().Version?.ToString();
        var sdk = typeof(ProgramFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return
        [
            ("mlflow.source.type", "LOCAL"),
            ("mlflow.source.name", assembly?.GetName().Name ?? Path.GetFileNameWithoutExtension(Environment.ProcessPath) ?? ""),
            ("lifecycle.program.version", version ?? ""),
            ("lifecycle.program.command_line", MaskCommandLine(Environment.GetCommandLineArgs())),
            ("lifecycle.sdk.version", sdk ?? ""),
        ];
    }

    [GeneratedRegex("passw|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credential|connection[-_]?string|auth", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();

    [GeneratedRegex(@"([a-z][a-z0-9+.\-]*://)[^/\s@]+@", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex UserInAddress();

    [GeneratedRegex("""([?&;](?:[^=&;\s]*(?:passw|pwd|secret|token|key|sig|credential|auth)[^=&;\s]*)=)[^&;\s]+""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretInQuery();
}
