using System.Text;
using Lifecycle.Sdk.Journal;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <content>Versions on their way to another store and back.</content>
internal sealed partial class LedgerModelRegistry
{
    private const string ImportExperiment = "Imported models";
    private const string ImportTag = "lifecycle.import.";

    public override async Task<ModelExport> ExportAsync(string reference, string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var version = await ResolveAsync(reference, cancellationToken).ConfigureAwait(false);
        var model = await GetModelAsync(version.Model, cancellationToken).ConfigureAwait(false);
        var run = version.Run is { } id ? await Store.GetRunAsync(id, cancellationToken).ConfigureAwait(false) : null;
        var package = PackageWriter.Create(path);
        await using (package.ConfigureAwait(false))
        {
            foreach (var artifact in version.Artifacts)
            {
                // Reading the end of an altered content throws, and then there is no package.
                var content = await OpenArtifactAsync(version.Model, version.Number, artifact.Path.ToString(), cancellationToken).ConfigureAwait(false);
                await using (content.ConfigureAwait(false))
                {
                    var target = package.Add(PackageLayout.NameOf(artifact.Path.ToString()));
                    await using (target.ConfigureAwait(false)) await content.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
                }
            }

            var manifest = Describe(version, model, run);
            var card = Encoding.UTF8.GetBytes(ModelCard.Write(manifest));
            manifest = manifest with { ModelCard = new PackageFile(PackageLayout.ModelCard, ContentDigest.Of(card).ToString(), card.Length) };
            var text = PackageJson.Write(manifest);
            if (Math.Max(text.Length, card.Length) > PackageLayout.MaxDocument)
                throw new LifecycleException($"The manifest or model card of {version.Model}/{version.Number} would have more than {PackageLayout.MaxDocument} bytes.") { Store = Store.Address, Run = version.Run };
            foreach (var (name, bytes) in (ReadOnlySpan<(string, byte[])>)[(PackageLayout.ModelCard, card), (PackageLayout.Manifest, text)])
            {
                using var target = package.Add(name);
                target.Write(bytes);
            }

            return new ModelExport
            {
                Version = version,
                Path = await package.CompleteAsync().ConfigureAwait(false),
                Manifest = ContentDigest.Of(text),
                Bytes = version.Artifacts.Sum(artifact => artifact.Size),
            };
        }
    }

    public override async Task<ModelImport> ImportAsync(
        string path, string? name = null, ContentDigest? manifest = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (name is not null) NameRules.RequireModelName(name);
        using var package = PackageReader.Open(path);
        var content = package.ReadManifest(out var digest);
        if (manifest is { } expected && expected != digest) throw package.Refuse($"its manifest has the SHA-256 {digest} instead of {expected}.");
        var (batch, details) = Prepare(package, content, digest);
        name ??= content.Model;
        await package.VerifyAsync(content, cancellationToken).ConfigureAwait(false);
        foreach (var artifact in content.Artifacts) await PutAsync(package, artifact, cancellationToken).ConfigureAwait(false);
        if (batch is not null) await Store.ApplyAsync(batch, cancellationToken).ConfigureAwait(false);
        try
        {
            await CreateModelAsync(name, content.ModelDescription ?? "", cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (LifecycleConflictException)
        {
            // The model is there: this becomes its next version.
        }

        return new ModelImport { Version = await AppendVersionAsync(name, details, cancellationToken).ConfigureAwait(false), Manifest = digest };
    }

    private PackageManifest Describe(ModelVersion version, RegisteredModel model, RunInfo? run) => new()
    {
        Format = PackageManifest.CurrentFormat,
        Model = version.Model,
        ModelDescription = model.Description.Length == 0 ? null : model.Description,
        Version = version.Number,
        Description = version.Description.Length == 0 ? null : version.Description,
        Tags = version.Tags,
        Source = version.Source,
        ArtifactFolder = version.ArtifactFolder,
        User = version.User,
        CreationTime = version.CreationTime,
        Exported = new PackageExport(Store.Address, Actor, _ledger.Now()),
        ModelCard = new PackageFile(PackageLayout.ModelCard, "", 0),
        Artifacts = [.. version.Artifacts.Select(artifact => new PackageFile(artifact.Path.ToString(), artifact.Digest.ToString(), artifact.Size))],
        Lineage = version.Lineage,
        Run = run is null ? null : new PackageRun
        {
            Id = run.Id.ToString(),
            Name = run.Name,
            Status = run.Status,
            StartTime = run.StartTime,
            EndTime = run.EndTime,
            User = run.User,
            Params = new SortedDictionary<string, ParamValue>(run.Params.ToDictionary(), StringComparer.Ordinal),
            Metrics = [.. run.Metrics.Values.OrderBy(metric => metric.Key, StringComparer.Ordinal)
                .Select(metric => new PackageMetric(metric.Key, metric.Count, metric.First, metric.Last, metric.Min, metric.Max))],
            Inputs = run.Inputs,
        },
        Checks = version.Checks.Count == 0 ? null : version.Checks,
        Approvals = version.Approvals.Count == 0 ? null : version.Approvals,
        ImportedFrom = version.ImportedFrom,
    };

    /// <summary>What an import would change, checked before anything is.</summary>
    private (RunBatch? Run, LedgerDetails Version) Prepare(PackageReader package, PackageManifest manifest, ContentDigest digest)
    {
        try
        {
            NameRules.RequireModelName(manifest.Model);
            NameRules.RequireValue(manifest.ModelDescription ?? "", "model description");
            NameRules.RequireValue(manifest.Description ?? "", "description");
            NameRules.RequireLine(manifest.Source, "source", NewModelVersion.MaxSource);
            NameRules.RequireLine(manifest.Exported.Actor, "actor", MaxActor);
            NameRules.RequireValue(manifest.Exported.Store, "store");
            if (manifest.ArtifactFolder is { } folder && !manifest.Artifacts.All(artifact => IsWithin(artifact.Path, ArtifactPath.Parse(folder).ToString())))
                throw package.Refuse($"it has artifacts outside of '{folder}'.");
            // A version with artifacts needs a run that keeps them, also if the one that made it is unknown.
            var batch = manifest.Run is not null || manifest.Artifacts.Count > 0 ? ImportRun(manifest) : null;
            if (batch is not null) BatchRules.RequireValid(batch);
            if (batch is not null && new RunState { Id = batch.Run }.FindConflicts(batch.Facts) is [var conflict, ..]) throw package.Refuse(conflict);
            return (batch, new LedgerDetails
            {
                Description = manifest.Description,
                Tags = CheckedTags(manifest.Tags),
                Run = batch?.Run.ToString(),
                ArtifactFolder = manifest.ArtifactFolder,
                Source = batch is null || manifest.Artifacts.Count == 0 ? manifest.Source
                    : manifest.ArtifactFolder is { } place ? $"runs:/{batch.Run}/{place}" : $"runs:/{batch.Run}",
                Artifacts = [.. manifest.Artifacts.Select(artifact => new LedgerArtifact(artifact.Path, artifact.Sha256, artifact.Size))],
                Lineage = manifest.Lineage,
                ImportedFrom = new ModelOrigin
                {
                    Model = manifest.Model,
                    Version = manifest.Version,
                    Run = manifest.Run?.Id ?? manifest.Lineage?.Run,
                    Store = manifest.Exported.Store,
                    Actor = manifest.Exported.Actor,
                    Time = manifest.Exported.Time,
                    Manifest = digest.ToString(),
                },
            });
        }
        catch (ArgumentException e)
        {
            throw package.Refuse(e.Message, e);
        }
    }

    /// <summary>The run that keeps an imported version's artifacts here, with what is known of the one that made it.</summary>
    private RunBatch ImportRun(PackageManifest manifest)
    {
        var now = _ledger.Now();
        var run = manifest.Run;
        var facts = new List<RunFact>
        {
            new RunStarted(null, ImportExperiment, run?.Name ?? $"{manifest.Model}/{manifest.Version}", run?.StartTime ?? manifest.CreationTime, null, run?.User),
            new TagSet(ImportTag + "model", $"{manifest.Model}/{manifest.Version}"),
            new TagSet(ImportTag + "store", manifest.Exported.Store),
        };
        if (run is not null) facts.Add(new TagSet(ImportTag + "run", run.Id));
        if (manifest.Lineage?.GitCommit is { } commit) facts.Add(new TagSet("mlflow.source.git.commit", commit));
        foreach (var (name, value) in run?.Params ?? new Dictionary<string, ParamValue>()) facts.Add(new ParamLogged(name, value));
        foreach (var input in run?.Inputs ?? []) facts.Add(new InputLogged(input));
        foreach (var file in manifest.Artifacts) facts.Add(new ArtifactLogged(new ArtifactInfo(ArtifactPath.Parse(file.Path), ContentDigest.Parse(file.Sha256), file.Size, now)));
        return new RunBatch
        {
            Run = RunId.New(),
            Time = now,
            Facts = facts,
            Points = [.. (run?.Metrics ?? []).Select(Points)],
            End = new RunStatusChanged(run?.Status is null or RunStatus.Running ? RunStatus.Finished : run.Status, run?.EndTime ?? now, null),
            Conditions = Store.Capabilities.ChecksConditions ? BatchConditions.NoConflicts : BatchConditions.None,
        };
    }

    /// <summary>The points of a series that a manifest keeps: with them first, last, smallest and greatest value are found here as they were there.</summary>
    private static SeriesPoints Points(PackageMetric metric)
    {
        MetricPoint[] points = [.. new[] { metric.First, metric.Min, metric.Max, metric.Last }.OfType<MetricPoint>().Distinct()
            .OrderBy(point => point.Step).ThenBy(point => point.UnixTimeMilliseconds)];
        return new SeriesPoints(
            metric.Key, points.Select(point => point.Step).ToArray(), points.Select(point => point.UnixTimeMilliseconds).ToArray(), points.Select(point => point.Value).ToArray());
    }

    private async Task PutAsync(PackageReader package, PackageFile artifact, CancellationToken cancellationToken)
    {
        StagedContent staged;
        var content = package.OpenArtifact(artifact);
        await using (content.ConfigureAwait(false))
            staged = await ContentStaging.StageAsync(content, Path.GetTempPath(), cancellationToken).ConfigureAwait(false);
        try
        {
            await Store.PutContentAsync(staged, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // The store may have moved it away; deleting what is not there is no error.
            File.Delete(staged.FilePath);
        }
    }
}
