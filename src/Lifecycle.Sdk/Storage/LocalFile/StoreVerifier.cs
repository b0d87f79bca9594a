using System.Security.Cryptography;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>Reads what belongs to the store as a whole: its own file, the experiments and the contents.</summary>
internal sealed class StoreVerifier(StoreLayout layout, ExperimentFolder experiments)
{
    /// <summary>Verifies the store's file and the experiments.</summary>
    public IEnumerable<StoreFinding> VerifyStore()
    {
        if (Check(layout.StoreFile, Documents.Json.StoreDocument, _ => null) is { } store) yield return store;
        foreach (var id in experiments.Ids())
        {
            var fault = Check(layout.Experiment(id), Documents.Json.ExperimentDocument, e => e.Id == id ? null : $"The file belongs to experiment '{NameRules.Shorten(e.Id)}'.");
            if (fault is not null) yield return fault;
        }
    }

    /// <summary>Verifies all contents, also those that no run refers to.</summary>
    public IEnumerable<StoreFinding> VerifyContents(HashSet<ContentDigest> referred, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(layout.Contents)) yield break;
        foreach (var file in new DirectoryInfo(layout.Contents).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var location = Path.GetRelativePath(layout.Root, file.FullName);
            if (file.LinkTarget is not null) continue;
            if (StoreFiles.IsTemporary(file.Name))
            {
                yield return new(FindingSeverity.Information, location, 0, file.Length, null, "A temporary file that a crash left behind, or that is being written.");
                continue;
            }

            var (digest, fault) = Hash(file.FullName);
            if (digest?.ToString() == file.Name) continue;
            var use = referred.Any(r => r.ToString() == file.Name) ? "" : " No run refers to it.";
            yield return new(FindingSeverity.Damage, location, 0, file.Length, null, $"{fault ?? $"The content has the SHA-256 {digest}, not that of its name: it was altered."}{use}");
        }
    }

    private static (ContentDigest? Digest, string? Fault) Hash(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
            return (ContentDigest.FromHash(SHA256.HashData(stream)), null);
        }
        catch (Exception e) when (StoreFiles.IsOfTheDisk(e))
        {
            return (null, $"The content can't be read: {e.Message}");
        }
    }

    private StoreFinding? Check<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, Func<T, string?> findFault)
    {
        var location = Path.GetRelativePath(layout.Root, path);
        try
        {
            return findFault(CheckedJson.Read(StoreFiles.ReadAll(path), type)) is { } fault ? new(FindingSeverity.Damage, location, 0, 0, null, fault) : null;
        }
        catch (InvalidDataException e)
        {
            return new(FindingSeverity.Damage, location, 0, new FileInfo(path).Length, null, $"Unreadable: {e.Message}");
        }
        catch (Exception e) when (e is not FileNotFoundException && StoreFiles.IsOfTheDisk(e))
        {
            return new(FindingSeverity.Damage, location, 0, 0, null, $"Unreadable: {e.Message}");
        }
        catch (FileNotFoundException)
        {
            // A crash between making a folder and putting its file there leaves this behind; the experiment was never there for anybody.
            return new(FindingSeverity.Information, location, 0, 0, null, "The file is missing: its creation was interrupted, or somebody deleted it.");
        }
    }
}
