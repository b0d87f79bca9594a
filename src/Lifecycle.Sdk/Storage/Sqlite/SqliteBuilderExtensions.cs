using Lifecycle.Sdk.Storage.Sqlite;

namespace Lifecycle.Sdk;

/// <summary>Chooses the SQLite provider.</summary>
public static class SqliteBuilderExtensions
{
    /// <summary>Keeps runs in one SQLite file that any SQLite tool can query; see SCHEMA.md beside the code.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="file">The database file; created on first use. A relative path is taken from the present working directory, now.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The path is empty or not a path.</exception>
    public static TrackerBuilder UseSqlite(this TrackerBuilder builder, string file)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(file);
        var path = Path.GetFullPath(file);
        return builder.UseStore(context => new SqliteStore(path, context.TimeProvider));
    }
}
