namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>
/// Reads every byte of a run. The files may grow meanwhile: what is appended after the look began is not looked at, and what is sealed away
/// meanwhile is looked at again in its new place.
/// </summary>
internal sealed class RunVerifier(StoreLayout layout, ExperimentFolder experiments, string path)
{
    private static readonly Dictionary<string, WriterPosition> Nothing = [];
    private readonly List<StoreFinding> _findings = [];
    private RunId? _run;

    /// <summary>Verifies one run's folder and notes which contents it refers to.</summary>
    public List<StoreFinding> Verify(HashSet<ContentDigest> contents, CancellationToken cancellationToken)
    {
        try
        {
            return VerifyFiles(contents, cancellationToken);
        }
        catch (Exception e) when (StoreFiles.IsOfTheDisk(e) && Directory.Exists(path))
        {
            // A sector that can't be read, a file that may not be: the other runs are still to be looked at.
            Add(FindingSeverity.Damage, path, 0, 0, $"The run could not be read to the end: {e.Message}");
            return _findings;
        }
    }

    private List<StoreFinding> VerifyFiles(HashSet<ContentDigest> contents, CancellationToken cancellationToken)
    {
        if (RunFiles.IsLink(path) || RunFiles.IsLink(Path.Combine(path, RunFiles.Points)))
        {
            Add(FindingSeverity.Damage, path, 0, 0, "A symbolic link, which is not followed: what it leads to is no run of this store.");
            return _findings;
        }

        _run = RunFolderName.TryRead(layout, path);
        if (_run is not { } id)
        {
            if (Path.GetFileName(path).StartsWith(GarbageCollector.Removed, StringComparison.Ordinal))
            {
                Add(FindingSeverity.Information, path, 0, 0, "A run whose removal was interrupted; the next garbage collection ends it.");
                return _findings;
            }

            Add(FindingSeverity.Damage, path, 0, 0, "This folder's name is not that of a run, and it has no readable id.txt: its run can't be found.");
            return _findings;
        }

        for (var attempt = 1; ; attempt++)
        {
            _findings.Clear();
            if (RunFiles.List(path) is not { } files)
            {
                NoteNoFrames();
                return _findings;
            }

            // Between its name and its end a file may be sealed: then it is missing from one list, and in the next one it is not.
            if (attempt < 5 && RunFiles.HasGap(files, Nothing)) continue;
            try
            {
                NoteGaps(files);
                var last = files.Select(f => (f.Name.Writer, Last: VerifyFile(f, cancellationToken))).ToList();
                VerifyDocument(id, last);
                break;
            }
            catch (FileNotFoundException) when (attempt < 5)
            {
                // Sealed meanwhile.
            }
        }

        var view = new RunView(id, path);
        if (view.Refresh())
        {
            NoteContents(view, contents);
            if (experiments.Get(view.State.ExperimentId) is null)
                Add(FindingSeverity.Damage, path, 0, 0, $"The run's experiment {view.State.ExperimentId} is not there, or its file can't be read.");
        }

        VerifyLeftovers();
        return _findings;
    }

    /// <summary>A run without any frame: nothing was ever told of it, or the folder of the frames is gone.</summary>
    private void NoteNoFrames()
    {
        if (!Directory.Exists(path)) return;
        if (File.Exists(Path.Combine(path, StoreLayout.RunFile)))
            Add(FindingSeverity.Damage, Path.Combine(path, RunFiles.Points), 0, 0, "The folder with the run's batches is gone, and with it all points: the run can't be found.");
        else
            Add(FindingSeverity.Information, path, 0, 0, "A run whose beginning was interrupted.");
    }

    /// <summary>Each file of a writer begins where the one before ends.</summary>
    private void NoteGaps(List<FrameFile> files)
    {
        string? writer = null;
        long last = 0;
        foreach (var file in files)
        {
            if (file.Name.Writer != writer) last = 0;
            writer = file.Name.Writer;
            if (file.Name.First > last + 1)
                Add(FindingSeverity.Damage, Path.Combine(path, RunFiles.Points), 0, 0, $"Batches of writer {writer} after {last} up to {file.Name.First - 1} are gone: a file was deleted.");
            last = file.Name.Last ?? long.MaxValue - 1;
        }
    }

    /// <returns>The last batch in the file.</returns>
    private long VerifyFile(FrameFile file, CancellationToken cancellationToken)
    {
        using var handle = StoreFiles.OpenRead(file.Path);
        var reader = new FrameReader(handle, 0, file.Length);
        var last = file.Name.First - 1;
        var isComplete = !file.Name.IsSealed;
        var buffer = Array.Empty<byte>();
        while (reader.Next() is { } frame)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!file.Name.IsSealed && frame.Header.Previous > last)
                Add(FindingSeverity.Damage, file.Path, frame.Offset, 0, $"Batches after {last} up to {frame.Header.Previous} are missing before this place.");
            last = frame.Header.Sequence;
            isComplete |= frame.Header.Order == FrameHeader.EndOfFile;
            foreach (var block in frame.Blocks)
            {
                if (buffer.Length < block.Length) buffer = new byte[block.Length];
                var read = StoreFiles.ReadFully(handle, buffer.AsSpan(0, block.Length), block.Offset);
                VerifyBlock(file.Path, block, buffer.AsSpan(0, read));
            }
        }

        foreach (var damage in reader.Damages)
        {
            // A sealed file is complete before it gets its name, so nothing about it is a torn write.
            var isHarmless = damage.IsTornTail && !file.Name.IsSealed;
            Add(isHarmless ? FindingSeverity.Information : FindingSeverity.Damage, file.Path, damage.Offset, damage.Length,
                isHarmless ? $"The unfinished end of a write: {damage.What}. The next write cuts it off." : $"Unreadable: {damage.What}.");
        }

        if (!isComplete) Add(FindingSeverity.Damage, file.Path, file.Length, 0, "The file is cut off: the frame that ends it is missing.");
        return file.Name.Last ?? last;
    }

    private void VerifyBlock(string file, BlockEntry block, ReadOnlySpan<byte> bytes)
    {
        try
        {
            var points = PointCodec.Decode(bytes);
            var claimed = PointCodec.ReadHeader(bytes).Summary;
            var actual = new MetricSummaryBuilder();
            actual.Add(points.Steps.Span, points.Timestamps.Span, points.Values.Span);
            var fits = block.Count == points.Count && block.MinStep == actual.First.Step && block.MaxStep == actual.Last.Step
                && claimed.Build(block.Key) == actual.Build(block.Key);
            if (!fits) Add(FindingSeverity.Damage, file, block.Offset, block.Length, $"The summary of a block of '{NameRules.Shorten(block.Key)}' does not fit its points.");
        }
        catch (InvalidDataException e)
        {
            Add(FindingSeverity.Damage, file, block.Offset, block.Length, $"{block.Count} points of '{NameRules.Shorten(block.Key)}', steps {block.MinStep} to {block.MaxStep}, can't be read: {e.Message}");
        }
    }

    /// <summary>run.json must be readable and must not know of batches that the files no longer have.</summary>
    private void VerifyDocument(RunId id, List<(string Writer, long Last)> last)
    {
        var file = Path.Combine(path, StoreLayout.RunFile);
        try
        {
            var document = CheckedJson.Read(StoreFiles.ReadAll(file), Documents.Json.RunDocument);
            if (document.Id != id.ToString()) Add(FindingSeverity.Damage, file, 0, 0, $"The file belongs to run '{NameRules.Shorten(document.Id)}'.");
            foreach (var (writer, position) in document.Writers)
            {
                var present = last.Where(l => l.Writer == writer).Select(l => l.Last).DefaultIfEmpty(0).Max();
                if (present < position.Sequence)
                    Add(FindingSeverity.Damage, Path.Combine(path, RunFiles.Points), 0, 0, $"Batches of writer {writer} after {present} up to {position.Sequence} are gone: a file was cut or deleted.");
            }
        }
        catch (FileNotFoundException)
        {
            Add(FindingSeverity.Information, file, 0, 0, "The file is missing; it is made again from the frames at the next write.");
        }
        catch (InvalidDataException e)
        {
            Add(FindingSeverity.Damage, file, 0, new FileInfo(file).Length, $"Unreadable: {e.Message} Its content is read from the frames instead, and written again at the next write.");
        }
    }

    private void NoteContents(RunView view, HashSet<ContentDigest> contents)
    {
        foreach (var artifact in view.State.Artifacts.Values)
        {
            contents.Add(artifact.Digest);
            var content = new FileInfo(layout.Content(artifact.Digest));
            if (!content.Exists) Add(FindingSeverity.Damage, content.FullName, 0, artifact.Size, $"The content of artifact '{artifact.Path}' is missing.");
            else if (content.LinkTarget is not null) Add(FindingSeverity.Damage, content.FullName, 0, artifact.Size, $"The content of artifact '{artifact.Path}' is a symbolic link, which is not followed.");
        }
    }

    private void VerifyLeftovers()
    {
        foreach (var file in new DirectoryInfo(path).EnumerateFiles("*" + StoreLayout.TemporarySuffix, SearchOption.AllDirectories).Where(f => StoreFiles.IsTemporary(f.Name)))
            Add(FindingSeverity.Information, file.FullName, 0, file.Length, "A temporary file that a crash left behind, or that is being written.");
        foreach (var file in new DirectoryInfo(Path.Combine(path, RunFiles.Points)).EnumerateFiles())
        {
            if (FrameFileName.TryParse(file.Name) is null && !StoreFiles.IsTemporary(file.Name))
                Add(FindingSeverity.Damage, file.FullName, 0, file.Length, "The file's name is not that of a file of batches: it is not read.");
        }
    }

    private void Add(FindingSeverity severity, string file, long offset, long length, string message) =>
        _findings.Add(new StoreFinding(severity, Path.GetRelativePath(layout.Root, file), offset, length, _run, message));
}
