namespace Lifecycle.Sdk.Storage.Sqlite;

/// <summary>Paths of artifacts that would collide as files somewhere.</summary>
internal static class ArtifactRow
{
    /// <summary>What is equal for paths that differ only in case.</summary>
    public static string KeyOf(string path) => path.ToUpperInvariant();

    /// <summary>An artifact of the run that differs only in case, is a folder of the path, or lies in it; null if there is none.</summary>
    public static string? FindConflict(SqliteDatabase database, long runKey, string path)
    {
        var key = KeyOf(path);
        using var query = database.Prepare(
            """
            SELECT path FROM artifacts
            WHERE run_key = ?1 AND (path_key = ?2 AND path <> ?3 OR path_key > ?2 || '/' AND path_key < ?2 || '0')
            """);
        if (query.Bind(1, runKey).Bind(2, key).Bind(3, path).Step()) return query.Text(0);
        for (var slash = key.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = key.IndexOf('/', slash + 1))
        {
            using var parent = database.Prepare("SELECT path FROM artifacts WHERE run_key = ?1 AND path_key = ?2");
            if (parent.Bind(1, runKey).Bind(2, key[..slash]).Step()) return parent.Text(0);
        }

        return null;
    }
}
