using System.Globalization;

namespace Lifecycle.Sdk.Storage.Sqlite;

/// <summary>Finds, creates and changes experiments within a transaction.</summary>
internal static class ExperimentWriter
{
    public const string DefaultName = "Default";
    private const long DefaultKey = 0;

    /// <summary>Given ids beyond this would leave no room for the ids after them.</summary>
    private const long MaxGivenKey = 1L << 53;

    /// <summary>The key of an id as people write it; null if it can't be one of this store.</summary>
    public static long? KeyOf(string id) =>
        long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var key) && IdOf(key) == id ? key : null;

    public static string IdOf(long key) => key.ToString(CultureInfo.InvariantCulture);

    /// <summary>What <see cref="RunStarted"/> says: by id, else by name, else created; a deleted one is restored.</summary>
    public static long FindOrCreate(SqliteDatabase database, string? id, string? name, DateTimeOffset time)
    {
        var givenKey = id is null ? null : KeyOf(id);
        if (givenKey is { } key && Exists(database, key)) return Restored(database, key, time);
        name ??= id is null or "0" ? DefaultName : $"experiment {NameRules.Shorten(id)}";
        if (FindByName(database, name) is { } known) return Restored(database, known, time);
        return Create(database, name, givenKey, time.ToUnixTimeMilliseconds());
    }

    /// <summary>Creates an experiment whose name is free.</summary>
    public static long Create(SqliteDatabase database, string name, long? wantedKey, long nowMilliseconds)
    {
        long? key = name == DefaultName ? DefaultKey : wantedKey is > 0 and <= MaxGivenKey ? wantedKey : null;
        using (var insert = database.Prepare(
            "INSERT INTO experiments (experiment_id, name, stage, created_ms, updated_ms, row_check) VALUES (?1, ?2, ?3, ?4, ?4, -1)"))
        {
            insert.Bind(1, key ?? NextKey(database)).Bind(2, name).Bind(3, StageText.Active).Bind(4, nowMilliseconds).Run();
        }

        var created = database.LastInsertRowId;
        Seal(database, created);
        return created;
    }

    public static long? FindByName(SqliteDatabase database, string name)
    {
        using var query = database.Prepare("SELECT experiment_id FROM experiments WHERE name = ?1");
        return query.Bind(1, name).Step() ? query.Int64(0) : null;
    }

    public static bool Exists(SqliteDatabase database, long key)
    {
        using var query = database.Prepare("SELECT 1 FROM experiments WHERE experiment_id = ?1");
        return query.Bind(1, key).Step();
    }

    /// <summary>Deletes softly or restores, together with the runs.</summary>
    public static void SetStage(SqliteDatabase database, long key, LifecycleStage stage, long nowMilliseconds)
    {
        var (set, changed) = stage == LifecycleStage.Deleted
            ? ("stage = 'deleted', deleted_ms = ?2", "stage <> 'deleted' AND ?2 IS NOT NULL")
            : ("stage = 'active', deleted_ms = NULL", "stage <> 'active' AND ?2 IS NOT NULL");
        foreach (var table in (CheckedTable[])[SqliteSchema.Experiments, SqliteSchema.Runs])
        {
            var where = $"experiment_id = ?1 AND {changed}";
            using (var unseal = database.Prepare(table.Unseal(where))) unseal.Bind(1, key).Bind(2, nowMilliseconds).Run();
            using (var update = database.Prepare($"UPDATE {table.Name} SET {set} WHERE {where}"))
                update.Bind(1, key).Bind(2, nowMilliseconds).Run();
            using var seal = database.Prepare(table.Seal("experiment_id = ?1"));
            seal.Bind(1, key).Run();
        }
    }

    public static void Unseal(SqliteDatabase database, long key)
    {
        using var unseal = database.Prepare(SqliteSchema.Experiments.Unseal("experiment_id = ?1"));
        unseal.Bind(1, key).Run();
    }

    public static void Seal(SqliteDatabase database, long key)
    {
        using var seal = database.Prepare(SqliteSchema.Experiments.Seal("experiment_id = ?1"));
        seal.Bind(1, key).Run();
    }

    /// <summary>
    /// AUTOINCREMENT's memory, so that the id of a collected experiment is not given again; 0 is kept for the default one.
    /// </summary>
    private static long NextKey(SqliteDatabase database)
    {
        using var query = database.Prepare("SELECT 1 + coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'experiments'), 0)");
        query.Step();
        return query.Int64(0);
    }

    private static long Restored(SqliteDatabase database, long key, DateTimeOffset time)
    {
        using (var query = database.Prepare("SELECT 1 FROM experiments WHERE experiment_id = ?1 AND stage = 'deleted'"))
        {
            if (!query.Bind(1, key).Step()) return key;
        }

        var now = time.ToUnixTimeMilliseconds();
        SetStage(database, key, LifecycleStage.Active, now);
        Unseal(database, key);
        using (var update = database.Prepare("UPDATE experiments SET updated_ms = ?2 WHERE experiment_id = ?1"))
            update.Bind(1, key).Bind(2, now).Run();
        Seal(database, key);
        return key;
    }
}
