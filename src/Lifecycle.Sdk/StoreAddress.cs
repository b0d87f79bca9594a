namespace Lifecycle.Sdk;

/// <summary>Reads the one text that chooses a store.</summary>
internal static class StoreAddress
{
    public const string EnvironmentVariable = "LIFECYCLE_TRACKING_URI";
    public const string Default = "./runs";

    private static readonly string[] SqliteEndings = [".db", ".sqlite", ".sqlite3"];

    public static string FromEnvironment() =>
        Environment.GetEnvironmentVariable(EnvironmentVariable) is { Length: > 0 } uri ? uri : Default;

    /// <summary>Makes the builder use the store that the text names.</summary>
    /// <exception cref="ArgumentException">No provider understands the text.</exception>
    public static void Apply(TrackerBuilder builder, string address)
    {
        if (string.IsNullOrWhiteSpace(address)) throw new ArgumentException("The store's address is empty: give a folder, a .db file or an address.", nameof(address));
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
                    $"No provider understands the address '{address}': write a folder (./runs or file:///data/runs) or a SQLite file (lifecycle.db or sqlite:/data/runs.db).",
                    nameof(address));
        }
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
