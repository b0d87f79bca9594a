using System.IO.Compression;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>
/// Reads a package from anywhere, without trust: nothing is unpacked by the names in it, links are not followed, no file is read beyond the length that the manifest
/// gives it, and what is missing, more, or different is refused.
/// </summary>
internal abstract class PackageReader(string path) : IDisposable
{
    /// <summary>A zip this small holds what it says; beyond it, one that grows more than <see cref="MaxGrowth"/> times is a bomb until somebody unpacks it on purpose.</summary>
    private const long FreeBytes = 1L << 30;

    private const int MaxGrowth = 200;

    /// <summary>Where it is.</summary>
    public string Path => path;

    /// <summary>The files by name with their lengths.</summary>
    protected Dictionary<string, long> Files { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="FileNotFoundException">There is nothing at the place.</exception>
    /// <exception cref="InvalidDataException">What is there is no package.</exception>
    public static PackageReader Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        if (Directory.Exists(path)) return new FromFolder(path);
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no package '{path}'.", path);
        return new FromZip(path);
    }

    /// <summary>Reads the manifest and checks that exactly the files that it names are there, in the lengths that it gives.</summary>
    public PackageManifest ReadManifest(out ContentDigest digest)
    {
        if (!Files.TryGetValue(PackageLayout.Manifest, out var length)) throw Refuse($"it has no {PackageLayout.Manifest}.");
        var text = ReadDocument(PackageLayout.Manifest, length);
        digest = ContentDigest.Of(text);
        PackageManifest manifest;
        try
        {
            manifest = PackageJson.Read(text);
        }
        catch (InvalidDataException e)
        {
            throw Refuse(e.Message, e);
        }

        var expected = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { PackageLayout.Manifest };
        if (manifest.ModelCard.Path != PackageLayout.ModelCard) throw Refuse($"its manifest names the model card '{NameRules.Shorten(manifest.ModelCard.Path)}'.");
        foreach (var file in manifest.Artifacts.Select(artifact => artifact with { Path = PackageLayout.NameOf(artifact.Path) }).Prepend(manifest.ModelCard)) Require(file, expected);
        foreach (var name in Files.Keys)
        {
            if (!expected.Contains(name)) throw Refuse($"it holds '{NameRules.Shorten(name)}', which its manifest does not name.");
        }

        return manifest;
    }

    /// <summary>Compares the digests of all files with the manifest's.</summary>
    public async Task VerifyAsync(PackageManifest manifest, CancellationToken cancellationToken)
    {
        await VerifyAsync(manifest.ModelCard, cancellationToken).ConfigureAwait(false);
        foreach (var file in manifest.Artifacts) await VerifyAsync(file with { Path = PackageLayout.NameOf(file.Path) }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens an artifact; reading its end throws if it is not the content that the manifest names.</summary>
    public Stream OpenArtifact(PackageFile artifact) => OpenChecked(artifact with { Path = PackageLayout.NameOf(artifact.Path) });

    public InvalidDataException Refuse(string why, Exception? cause = null) => new($"The package '{path}' is refused: {why} Nothing was imported.", cause);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>Takes note of a file that was found.</summary>
    protected void Found(string name, long length)
    {
        if (PackageLayout.FindNameFault(name) is { } fault) throw Refuse($"it holds '{NameRules.Shorten(name)}': {fault}");
        if (!Files.TryAdd(name, length)) throw Refuse($"it holds '{NameRules.Shorten(name)}' twice, at least on systems that do not tell upper from lower case.");
    }

    protected abstract Stream OpenFile(string name);

    private void Require(PackageFile file, HashSet<string> expected)
    {
        if (PackageLayout.FindNameFault(file.Path) is { } fault) throw Refuse($"its manifest names '{NameRules.Shorten(file.Path)}': {fault}");
        if (!expected.Add(file.Path)) throw Refuse($"its manifest names '{NameRules.Shorten(file.Path)}' twice.");
        if (file.Sha256.Length != 64 || !file.Sha256.All(char.IsAsciiHexDigitLower)) throw Refuse($"its manifest gives '{NameRules.Shorten(file.Sha256)}' as SHA-256 of '{file.Path}'.");
        if (!Files.TryGetValue(file.Path, out var length)) throw Refuse($"'{file.Path}' is missing.");
        if (length != file.Size) throw Refuse($"'{file.Path}' has {length} bytes instead of {file.Size}.");
    }

    private async Task VerifyAsync(PackageFile file, CancellationToken cancellationToken)
    {
        var content = OpenChecked(file);
        await using (content.ConfigureAwait(false))
        {
            try
            {
                await content.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
            }
            catch (LifecycleException e)
            {
                throw Refuse($"'{file.Path}' was altered: {e.Message}", e);
            }
            catch (InvalidDataException e)
            {
                throw Refuse($"'{file.Path}' can't be read: {e.Message}", e);
            }
        }
    }

    private CheckedStream OpenChecked(PackageFile file)
    {
        // A device or pipe of no length is never opened: it would be waited for.
        var content = file.Size == 0 ? Stream.Null : new LimitedStream(OpenFile(file.Path), file.Size);
        var place = file.Path.StartsWith(PackageLayout.Artifacts + "/", StringComparison.Ordinal) ? file.Path[(PackageLayout.Artifacts.Length + 1)..] : file.Path;
        return new CheckedStream(content, new ArtifactInfo(ArtifactPath.Parse(place), ContentDigest.Parse(file.Sha256), file.Size, default), path);
    }

    private byte[] ReadDocument(string name, long length)
    {
        if (length is 0 or > PackageLayout.MaxDocument) throw Refuse($"{name} has {length} bytes; 1 to {PackageLayout.MaxDocument} are allowed.");
        try
        {
            using var content = new LimitedStream(OpenFile(name), length);
            var text = new byte[length];
            content.ReadExactly(text);
            return text;
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw Refuse($"{name} can't be read: {e.Message}", e);
        }
    }

    private sealed class FromFolder : PackageReader
    {
        public FromFolder(string path)
            : base(path) => List(new DirectoryInfo(path), "");

        protected override Stream OpenFile(string name) => new FileStream(System.IO.Path.Combine(Path, name), FileMode.Open, FileAccess.Read, FileShare.Read);

        private void List(DirectoryInfo folder, string prefix)
        {
            foreach (var entry in folder.EnumerateFileSystemInfos())
            {
                var name = prefix + entry.Name;
                if (entry.LinkTarget is not null || entry.Attributes.HasFlag(FileAttributes.ReparsePoint)) throw Refuse($"'{NameRules.Shorten(name)}' is a link.");
                if (entry is FileInfo file) Found(name, file.Length);
                else if (name == PackageLayout.Artifacts || PackageLayout.FindNameFault(name) is null) List((DirectoryInfo)entry, name + "/");
                else throw Refuse($"it holds the folder '{NameRules.Shorten(name)}'.");
            }
        }
    }

    private sealed class FromZip : PackageReader
    {
        private const int TypeMask = 0xF000;
        private const int RegularFile = 0x8000;
        private const int Folder = 0x4000;
        private readonly FileStream _file;
        private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.OrdinalIgnoreCase);
        private readonly ZipArchive _zip;

        public FromZip(string path)
            : base(path)
        {
            _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            try
            {
                _zip = new ZipArchive(_file, ZipArchiveMode.Read);
                foreach (var entry in _zip.Entries) Take(entry);
                RequireNoBomb();
            }
            catch (InvalidDataException e) when (!e.Message.StartsWith("The package", StringComparison.Ordinal))
            {
                _file.Dispose();
                throw Refuse($"it is no zip file that can be read: {e.Message}", e);
            }
            catch
            {
                _file.Dispose();
                throw;
            }
        }

        protected override Stream OpenFile(string name) => _entries[name].Open();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _zip.Dispose();
                _file.Dispose();
            }

            base.Dispose(disposing);
        }

        private void Take(ZipArchiveEntry entry)
        {
            var name = entry.FullName;
            var type = (entry.ExternalAttributes >> 16) & TypeMask;
            if (name.EndsWith('/') && entry.Length == 0 && type is 0 or Folder)
            {
                // Tools that pack a folder again write its folders down; they say nothing.
                if (name != PackageLayout.Artifacts + "/" && PackageLayout.FindNameFault(name[..^1]) is { } fault) throw Refuse($"it holds '{NameRules.Shorten(name)}': {fault}");
                return;
            }

            if (type is not (0 or RegularFile)) throw Refuse($"'{NameRules.Shorten(name)}' is a link or device.");
            if (entry.IsEncrypted) throw Refuse($"'{NameRules.Shorten(name)}' is encrypted.");
            Found(name, entry.Length);
            _entries.Add(name, entry);
        }

        private void RequireNoBomb()
        {
            var total = Files.Values.Aggregate(0.0, (sum, length) => sum + length);
            if (total > FreeBytes && total / MaxGrowth > _file.Length)
                throw Refuse($"its {_file.Length} bytes would become {total:F0}, more than {MaxGrowth} times as many: unpack it yourself, look at it, and import the folder.");
        }
    }
}
