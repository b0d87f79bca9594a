using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Lifecycle.Sdk.Server;

/// <summary>What a path of the artifact proxy means: files of a run, or of a logged model. Paths are other people's input: nothing else of them is ever used.</summary>
/// <param name="Run">The run; empty for a logged model.</param>
/// <param name="Model">The logged model; null for a run.</param>
/// <param name="Path">The place within it; empty for all of it.</param>
internal readonly record struct ArtifactPlace(RunId Run, string? Model, string Path)
{
    public const string Scheme = "mlflow-artifacts:";
    public const string Folder = "artifacts";
    public const string Models = "models";
    private const string ProxyPath = "/mlflow-artifacts/artifacts";
    private const int MaxRounds = 8;

    /// <summary>The place that the address of a request names, from the bytes that the client sent: what a server makes of dots on the way must not hide them.</summary>
    /// <exception cref="ApiException">It is none.</exception>
    public static ArtifactPlace OfTarget(HttpContext context, bool isDialect)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget is { Length: > 0 } raw ? raw : context.Request.Path.ToUriComponent();
        var query = target.IndexOf('?', StringComparison.Ordinal);
        if (query >= 0) target = target[..query];
        var start = target.IndexOf(ProxyPath, StringComparison.OrdinalIgnoreCase);
        return Parse(start < 0 ? "" : target[(start + ProxyPath.Length)..].TrimStart('/'), isDialect);
    }

    /// <summary>Reads a path.</summary>
    /// <param name="encoded">Percent-encoded parts with slashes between.</param>
    /// <param name="isDialect">A client of this library encodes once; others may have done so more often, or meant to hide something.</param>
    /// <exception cref="ApiException">It is none.</exception>
    public static ArtifactPlace Parse(string encoded, bool isDialect) =>
        TryParse(Decode(encoded, isDialect), out var place) ? place : throw Refused(encoded, "it names no run: write EXPERIMENT/RUN/artifacts/PATH.");

    /// <summary>Reads a path whose parts are plain text.</summary>
    public static bool TryParse(string path, out ArtifactPlace place)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        // Where an experiment was given a folder such as team/artifacts, the first id in the usual form is the run.
        return TryParse(parts, isUsual: true, out place) || TryParse(parts, isUsual: false, out place);
    }

    private static bool TryParse(string[] parts, bool isUsual, out ArtifactPlace place)
    {
        place = default;
        for (var i = 1; i < parts.Length; i++)
        {
            if (parts[i] != Folder || !RunId.TryParse(parts[i - 1], null, out var id)) continue;
            // An experiment may have been given a folder of that name, in which there are runs.
            var isModel = i >= 2 && parts[i - 2] == Models && parts[i - 1].StartsWith(LoggedModel.IdPrefix, StringComparison.Ordinal);
            if (isUsual && !isModel && !Guid.TryParseExact(parts[i - 1], "N", out _)) continue;
            place = new ArtifactPlace(isModel ? default : id, isModel ? parts[i - 1] : null, string.Join('/', parts[(i + 1)..]));
            return true;
        }

        return false;
    }

    /// <summary>Decodes and checks a relative path; empty is allowed.</summary>
    /// <exception cref="ApiException">It would leave its folder.</exception>
    public static string Decode(string encoded, bool isDialect)
    {
        var path = encoded;
        for (var round = 0; ; round++)
        {
            var decoded = Uri.UnescapeDataString(path);
            if (decoded == path || (isDialect && round == 1)) break;
            if (round == MaxRounds) throw Refused(encoded, "it is encoded too often.");
            path = decoded;
        }

        if (!isDialect) path = Escape(path);
        if (path.Split('/', '\\').Contains("..")) throw Refused(encoded, "it contains '..'.");
        if (path.StartsWith('/') || path.Contains("//", StringComparison.Ordinal) || path.Contains('\\') || (path.Contains('#') && !isDialect) || path.Contains('\0') || (path.Length > 1 && path[1] == ':'))
            throw Refused(encoded, "it must be relative, without empty parts, '\\' and '#'.");
        return path.Trim('/');
    }

    /// <summary>
    /// Writes control characters as they came, as MLflow's servers do: in the names of images, a time stands after a percent sign, and decoding makes such a character of its
    /// first digits. NUL stays and is refused.
    /// </summary>
    private static string Escape(string path)
    {
        if (!path.AsSpan().ContainsAnyInRange('\u0001', '\u001f') && !path.Contains('\u007f')) return path;
        return string.Concat(path.Select(c => c is > '\0' and < ' ' or '\u007f' ? string.Create(CultureInfo.InvariantCulture, $"%{(int)c:x2}") : c.ToString()));
    }

    private static ApiException Refused(string path, string why) => ApiException.Refused($"Invalid path: '{ApiException.Shorten(path)}': {why}");
}
