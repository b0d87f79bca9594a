using System.Security.Cryptography;
using System.Text;
using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk;

/// <summary>Reads the one text that chooses a store.</summary>
internal static class StoreAddress
{
    public const string EnvironmentVariable = "LIFECYCLE_TRACKING_URI";
    public const string MlflowVariable = "MLFLOW_TRACKING_URI";
    public const string Default = "./runs";

    private static readonly string[] SqliteEndings = [".db", ".sqlite", ".sqlite3"];

    public static string FromEnvironment() => FromEnvironment(Environment.GetEnvironmentVariable);

    /// <summary>This library's variable, then MLflow's if it names a server: its files and databases are not ours to open.</summary>
    public static string FromEnvironment(Func<string, string?> variable) =>
        variable(EnvironmentVariable) is { Length: > 0 } uri ? uri
        : variable(MlflowVariable) is { Length: > 0 } server && HttpAddress.IsOne(server) ? server : Default;

    /// <summary>Makes the builder use the store that the text names.</summary>
    /// <exception cref="ArgumentException">No provider understands the text.</exception>
    public static void Apply(TrackerBuilder builder, string address)
    {
        if (string.IsNullOrWhiteSpace(address)) throw new ArgumentException("The store's address is empty: give a folder, a .db file or a server's address.", nameof(address));
        if (HttpAddress.IsOne(address.Trim()))
        {
            builder.UseHttp(address);
            return;
        }

        var colon = address.IndexOf(':', StringComparison.Ordinal);
        var scheme = colon > 1 ? address[..colon].ToLowerInvariant() : null; // one letter is a Windows drive
        switch (scheme)
        {
            case null when SqliteEndings.Contains(Path.GetExtension(address), StringComparer.OrdinalIgnoreCase):
                builder.UseSqlite(address);
                break;
            case null:
                builder.UseLocalFile(address);
                break;
            case "file":
                builder.UseLocalFile(LocalPath(address, colon));
                break;
            case "sqlite":
                builder.UseSqlite(LocalPath(address, colon));
                break;
            default:
                throw new ArgumentException(
                    $"No provider understands the address '{HttpAddress.WithoutSecrets(address)}': write a folder (./runs or file:///data/runs), a SQLite file (lifecycle.db or sqlite:/data/runs.db) or a server (http://host:5000, https://…, azureml://…, databricks).",
                    nameof(address));
        }
    }

    /// <summary>A folder name for what belongs to a store: different for each, and it still tells a person which it is.</summary>
    /// <param name="address">The store's own text for its address: an absolute path or a server's address without secrets. Links are not followed.</param>
    public static string FolderName(string address)
    {
        var isPath = Path.IsPathFullyQualified(address);
        var name = Uri.TryCreate(address, UriKind.Absolute, out var uri) && !isPath ? uri.Authority : Path.GetFileName(address);
        // On Windows one path has many spellings.
        return FolderName(name, isPath && OperatingSystem.IsWindows() ? address.ToUpperInvariant() : address);
    }

    /// <param name="name">What a person knows it by.</param>
    /// <param name="identity">What is different for each.</param>
    public static string FolderName(string name, string identity)
    {
        var readable = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '-'));
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)).AsSpan(0, 6));
        return $"{(readable.Length > 60 ? readable[..60] : readable)}-{hash}";
    }

    // file:relative, file:/absolute, file:///absolute and file:///C:/windows are all in use.
    private static string LocalPath(string address, int colon)
    {
        var rest = address[(colon + 1)..];
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            var path = rest.IndexOf('/', 2);
            if (path != 2) throw new ArgumentException($"The address '{address}' names a host: only local paths such as file:///data/runs are understood.", nameof(address));
            rest = rest[2..];
        }

        rest = Uri.UnescapeDataString(rest);
        if (rest.Length > 2 && rest[0] == '/' && char.IsAsciiLetter(rest[1]) && rest[2] == ':') rest = rest[1..];
        return rest.Length > 0 ? rest : throw new ArgumentException($"The address '{address}' has no path.", nameof(address));
    }
}
