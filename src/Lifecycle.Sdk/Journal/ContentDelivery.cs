using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Journal;

/// <summary>Puts staged contents into the store before the facts that name them.</summary>
internal sealed class ContentDelivery(TrackingStore store)
{
    /// <summary>Puts the contents of a cut. A fact whose content no longer exists anywhere is taken out of it.</summary>
    /// <returns>The contents that are lost; usually none.</returns>
    public IReadOnlyList<StagedContent> Put(BatchCut cut, CancellationToken cancellationToken)
    {
        List<(int Fact, StagedContent Content)> lost = [];
        foreach (var (fact, content) in cut.Contents)
        {
            try
            {
                store.PutContentAsync(content, cancellationToken).AsTask().GetAwaiter().GetResult();
            }
            catch (Exception e) when (IsLost(e, content))
            {
                lost.Add((fact, content));
            }
        }

        for (var i = lost.Count - 1; i >= 0; i--) cut.Facts.RemoveAt(lost[i].Fact);
        return [.. lost.Select(entry => entry.Content)];
    }

    /// <summary>Deletes the files of delivered contents that the store left.</summary>
    public static void Discard(BatchCut cut)
    {
        foreach (var (_, content) in cut.Contents) SegmentFile.TryDelete(content.FilePath);
    }

    // A store moves the file away and may die before the fact arrives; then it has the content and does not complain. So a complaint
    // about a file that is gone, other than that the store is away, means that nobody has it.
    private static bool IsLost(Exception failure, StagedContent content) =>
        !File.Exists(content.FilePath)
        && (failure is FileNotFoundException or DirectoryNotFoundException or LifecycleException { IsTransient: false });
}
