namespace Lifecycle.Sdk.Storage.Http;

// What each endpoint answers. A list that is empty is left out, as is a token when there is no more.

internal sealed record WireExperimentAnswer(WireExperiment? Experiment);

internal sealed record WireExperimentCreated(string ExperimentId);

internal sealed record WireExperimentsAnswer(IReadOnlyList<WireExperiment>? Experiments, string? NextPageToken);

internal sealed record WireRunAnswer(WireRun? Run);

internal sealed record WireRunUpdated(WireRunInfo? RunInfo);

internal sealed record WireRunsAnswer(IReadOnlyList<WireRun>? Runs, string? NextPageToken);

internal sealed record WireHistoryAnswer(IReadOnlyList<WireMetric>? Metrics, string? NextPageToken);

internal sealed record WireFilesAnswer(string? RootUri, IReadOnlyList<WireFile>? Files, string? NextPageToken);

internal sealed record WireModelAnswer(WireModel? RegisteredModel);

internal sealed record WireModelsAnswer(IReadOnlyList<WireModel>? RegisteredModels, string? NextPageToken);

internal sealed record WireModelVersionAnswer(WireModelVersion? ModelVersion);

internal sealed record WireModelVersionsAnswer(IReadOnlyList<WireModelVersion>? ModelVersions, string? NextPageToken);

internal sealed record WireDownloadUri(string? ArtifactUri);
