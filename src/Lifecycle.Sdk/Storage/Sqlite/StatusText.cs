using System.Collections.Frozen;

namespace Lifecycle.Sdk.Storage.Sqlite;

/// <summary>Statuses as the tables and searches spell them.</summary>
internal static class StatusText
{
    private static readonly FrozenDictionary<string, RunStatus> Known =
        Enum.GetValues<RunStatus>().ToFrozenDictionary(RunRow.StatusText, StringComparer.Ordinal);

    public static bool TryParse(string text, out RunStatus status) => Known.TryGetValue(text, out status);
}
