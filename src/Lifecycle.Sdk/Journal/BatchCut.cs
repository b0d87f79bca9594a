using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Journal;

/// <summary>A batch before it is delivered, and where the journal stands after it.</summary>
internal sealed class BatchCut
{
    public List<RunFact> Facts { get; } = [];

    /// <summary>Contents that have to be in the store before the facts, each with its fact's index.</summary>
    public List<(int Fact, StagedContent Content)> Contents { get; } = [];

    public IReadOnlyList<SeriesPoints> Points { get; set; } = [];

    public int PointCount { get; set; }

    /// <summary>The latest time of a point; <see cref="long.MinValue"/> if there is none.</summary>
    public long LatestPoint { get; set; } = long.MinValue;

    /// <summary>What ends the run; null if the writer has not ended, or ends without ending the run.</summary>
    public RunStatusChanged? End { get; set; }

    /// <summary>Whether the writer's end is part of this batch.</summary>
    public bool SawEnd { get; private set; }

    /// <summary>Damaged cells and stretches of the fact log that were skipped.</summary>
    public long Unreadable { get; set; }

    /// <summary>Whether nothing is left behind this batch, as of the start of the pass.</summary>
    public bool IsDry { get; set; }

    public DrainPosition Next { get; set; } = DrainPosition.Start;

    public bool IsEmpty => Facts.Count == 0 && PointCount == 0 && End is null && !SawEnd;

    /// <summary>Takes a fact record; one that can't be read is counted.</summary>
    public void Take(JournalSource source, FactFrame record, ReadOnlySpan<byte> payload)
    {
        try
        {
            var decoder = new FactDecoder(payload);
            switch (record.Kind)
            {
                case FactKind.Opened or FactKind.Series:
                    // Known already: to a live journal by itself, to an orphan by its survey.
                    return;
                case FactKind.Ended:
                    SawEnd = true;
                    End = decoder.Ended();
                    return;
            }

            var fact = decoder.Fact(record.Kind, out var staged);
            if (fact is ArtifactLogged { Artifact: var artifact } && staged is not null)
            {
                // The name comes from a file: no part of it may lead out of the folder.
                var path = Path.Combine(JournalFolder.StagingPath(source.Folder), Path.GetFileName(staged));
                Contents.Add((Facts.Count, new StagedContent(artifact.Digest, artifact.Size, path)));
            }

            Facts.Add(fact);
        }
        catch (FormatException)
        {
            Unreadable++;
        }
    }
}
