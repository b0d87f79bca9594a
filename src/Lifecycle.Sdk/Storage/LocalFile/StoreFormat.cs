namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>The store's format number: makes a new store, refuses a later format, and brings an earlier one forward step by step.</summary>
internal static class StoreFormat
{
    /// <summary>
    /// One step per released format, each from its index + 1 to the next; a step may be interrupted and run again. Empty while there is one format.
    /// </summary>
    private static readonly Action<StoreLayout, StoreFiles>[] Migrations = [];

    /// <exception cref="LifecycleException">The store was written by a later version of the library.</exception>
    public static async ValueTask OpenAsync(
        StoreLayout layout, StoreFiles files, ExperimentFolder experiments, TimeProvider time, CancellationToken cancellationToken)
    {
        if (Read(layout) is { } known && known == StoreDocument.CurrentFormat && File.Exists(layout.Experiment(ExperimentFolder.DefaultId))) return;
        files.CreateDirectory(layout.Root);
        using var own = await FileLock.AcquireAsync(layout.StoreLock, cancellationToken).ConfigureAwait(false);
        var format = Read(layout);
        for (var step = format ?? StoreDocument.CurrentFormat; step < StoreDocument.CurrentFormat; step++)
        {
            Migrations[step - 1](layout, files);
            Write(layout, files, step + 1, time);
        }

        experiments.CreateDefault();
        files.CreateDirectory(layout.Runs);
        if (!File.Exists(layout.StoreFile)) Write(layout, files, StoreDocument.CurrentFormat, time);
    }

    /// <summary>The format that the store says it has; null if it says nothing readable, which verify reports: each file in it names its own version too.</summary>
    private static int? Read(StoreLayout layout)
    {
        try
        {
            var document = CheckedJson.Read(StoreFiles.ReadAll(layout.StoreFile), Documents.Json.StoreDocument);
            return document.Format is >= 1 and <= StoreDocument.CurrentFormat
                ? document.Format
                : throw new LifecycleException(
                    $"The store '{layout.Root}' has format {document.Format}, and this library knows formats up to {StoreDocument.CurrentFormat}: use a newer Lifecycle.Sdk.")
                {
                    Store = layout.Root,
                };
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or InvalidDataException)
        {
            return null;
        }
    }

    private static void Write(StoreLayout layout, StoreFiles files, int format, TimeProvider time) =>
        files.WriteAtomically(layout.StoreFile, CheckedJson.Write(new StoreDocument { Format = format, CreationTime = time.GetUtcNow() }, Documents.Json.StoreDocument));
}
