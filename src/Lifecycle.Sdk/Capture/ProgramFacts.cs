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
            var (isSecret, valueAt) = Look(argument);
            // The value of a secret may begin with a dash; what names another secret is an option, and this one had no value.
            if (maskNext && !(argument.StartsWith("--", StringComparison.Ordinal) || (isSecret && argument.StartsWith('-'))))
            {
                shown.Add(Mask);
                maskNext = false;
                continue;
            }

            maskNext = isSecret && valueAt < 0;
            var text = isSecret && valueAt >= 0 ? argument[..valueAt] + Mask : MaskAddress(argument);
            shown.Add(text.Contains(' ', StringComparison.Ordinal) ? $"\"{text}\"" : text);
        }

        var line = string.Join(' ', shown);
        if (line.Length <= NameRules.MaxTextLength) return line;
        return char.IsHighSurrogate(line[NameRules.MaxTextLength - 1]) ? line[..(NameRules.MaxTextLength - 1)] : line[..NameRules.MaxTextLength];
    }

    /// <summary>Masks user information and secret query values of an address, secret values of a connection string, and tokens that name themselves.</summary>
    public static string MaskAddress(string text) =>
        KnownToken().Replace(SecretInQuery().Replace(UserInAddress().Replace(text, $"$1{Mask}@"), $"$1{Mask}"), $"$1{Mask}");

    /// <summary>
    /// Whether an argument names a secret, and where its value begins: <c>--password=x</c>, <c>/password:x</c>, <c>--Smtp:Password=x</c>; -1 if the value is
    /// the next argument, as of <c>--password x</c>, <c>--Smtp:Password x</c>, <c>/password x</c>.
    /// </summary>
    private static (bool IsSecret, int ValueAt) Look(string argument)
    {
        if (argument.Contains("://", StringComparison.Ordinal)) return (false, -1);
        var separator = argument.IndexOf('=', StringComparison.Ordinal);
        if (separator < 0)
        {
            separator = argument.IndexOf(':', StringComparison.Ordinal);
            if (separator > 0 && !SecretName().IsMatch(argument[..separator])) separator = -1;
        }

        if (separator > 0) return (SecretName().IsMatch(argument[..separator]), separator + 1);
        var isOption = argument.StartsWith('-') || (argument.StartsWith('/') && argument.LastIndexOf('/') == 0);
        return (isOption && SecretName().IsMatch(argument), -1);
    }

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

    // Not --tokenizer, --max-tokens, --author: what a training is told is worth keeping.
    [GeneratedRegex(@"passw|passphrase|passcode|\bpass$|pwd|secret|token(?!i[sz]|s)|(api|access|private)[-_]?key|key$|credential|connection[-_]?string|auth(?!or(?!i[sz]))|\bpat$|\bsas$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();

    [GeneratedRegex(@"([a-z][a-z0-9+.\-]*://)[^/?#\s]+@", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex UserInAddress();

    [GeneratedRegex("""([?&;=]\s*(?:[^=?&;]*(?:passw|passphrase|pwd|secret|token|key|sig|credential|auth)[^=?&;]*)=\s*)(?:"[^"]*"|'[^']*'|[^&;]+)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretInQuery();

    [GeneratedRegex(@"(\bauthorization\s*[:=]\s*(?:\w+\s+)?|\bbearer\s+)\S+|\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|hf_|sk-|eyJ)[A-Za-z0-9_\-.]{20,}|\bAKIA[A-Z0-9]{16}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex KnownToken();
}
