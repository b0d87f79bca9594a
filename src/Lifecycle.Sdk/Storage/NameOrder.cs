using System.Collections.ObjectModel;

namespace Lifecycle.Sdk.Storage;

/// <summary>
/// The one order in which every store lists what has names. By name and not as logged: several processes log to one run in no order of their own, a changed
/// tag would have two places, and runs that have the same params look the same side by side, in a file and over the wire.
/// </summary>
internal static class NameOrder
{
    /// <summary>A copy in ordinal order of the names, which later changes of the original don't reach.</summary>
    public static IReadOnlyDictionary<string, T> Sort<T>(IReadOnlyDictionary<string, T> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count == 0) return ReadOnlyDictionary<string, T>.Empty;
        // Two arrays and no table: a search keeps all runs of a store of files in memory.
        return new SortedList<string, T>(values as IDictionary<string, T> ?? values.ToDictionary(), StringComparer.Ordinal);
    }
}
