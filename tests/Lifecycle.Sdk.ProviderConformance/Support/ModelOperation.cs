using System.Globalization;
using System.Text;
using CsCheck;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.ProviderConformance;

internal enum ModelOperationKind
{
    Facts,
    Points,
    End,
    Again,
    Resume,
    LatePoints,
    Artifact,
    Direct,
    CreateExperiment,
    UpdateExperiment,
    Search,
    Reopen,
}

/// <summary>One step of the model test. All choices are drawn from small sets, so that steps meet each other.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Run">Which of three runs.</param>
/// <param name="Writer">Which of two writers.</param>
/// <param name="Choice">Which of the values there are.</param>
/// <param name="Points">Points for those that log some.</param>
internal sealed record ModelOperation(ModelOperationKind Kind, int Run, int Writer, int Choice, MetricPoint[] Points)
{
    private static readonly DateTimeOffset T0 = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Experiments = ["a", "b", "A"];
    private static readonly string[] Series = ["loss", "loss{subset=train}", "acc"];
    private static readonly string[] Paths = ["a", "a/b", "A", "m/x", "m/y"];
    private static readonly ParamValue[] Values = ["10", 10, 10.0, "x", true, double.NaN, 9007199254740993, -0.0];

    private static readonly string[] Filters =
    [
        "metrics.loss > 0", "NOT metrics.loss <= 1", "params.p = 10", "params.p != 'x'", "tags.t LIKE '%1%'", "count(metrics.acc) > 1 OR status = 'FINISHED'",
        "min(metrics.`loss{subset=train}`) < 0.5", "params.p IN (10, true) AND NOT tags.t = '1'", "end_time > 0", "dataset.name != 'd1'",
    ];

    private static readonly string[] Orders = ["metrics.loss", "params.p DESC", "tags.t, run_id DESC", "max(metrics.loss) DESC, status", "end_time", ""];

    private static readonly Gen<MetricPoint> Point = Gen.Select(
        Gen.Long[-3, 6], Gen.Long[0, 3], Gen.OneOfConst(0, -0.0, 1, 0.5, -2, double.NaN, double.PositiveInfinity, 1e-310, 1.25),
        (step, time, value) => new MetricPoint(step, time, value));

    public static Gen<ModelOperation> Generator { get; } = Gen.Select(
        Gen.Enum<ModelOperationKind>(), Gen.Int[0, 2], Gen.Int[0, 1], Gen.Int[0, 1_000], Point.Array[1, 6],
        (kind, run, writer, choice, points) => new ModelOperation(kind, run, writer, choice, points));

    /// <summary>Does it, and tells the outcome as text.</summary>
    public async Task<string> ApplyAsync(ModelSubject subject)
    {
        try
        {
            return await OutcomeAsync(subject);
        }
        catch (Exception e) when (e is LifecycleException or ArgumentException)
        {
            return e.GetType().Name;
        }
    }

    public override string ToString() => $"{Kind} run {Run} writer {Writer} choice {Choice} [{string.Join(' ', Points)}]";

    private async Task<string> OutcomeAsync(ModelSubject subject)
    {
        switch (Kind)
        {
            case ModelOperationKind.Facts:
                return await SendAsync(subject, Batch() with { Facts = [Start(), Fact(Choice), Fact(Choice / 7)] });
            case ModelOperationKind.Points:
                return await SendAsync(subject, Batch() with { Attempt = 1_000, Facts = [Start()], Points = [Columns(Choice)] });
            case ModelOperationKind.LatePoints:
                return await SendAsync(subject, Batch() with { Attempt = Choice % 4, Points = [Columns(Choice)] });
            case ModelOperationKind.End:
                return await SendAsync(subject, Batch() with { Attempt = Choice % 4, End = new((RunStatus)(Choice % 6), T0.AddSeconds(Choice % 5), $"e{Choice % 2}") });
            case ModelOperationKind.Resume:
                return await SendAsync(subject, Batch() with { Attempt = Choice % 4, Facts = [new RunResumed(Choice % 3 == 0 ? null : Choice % 5)] });
            case ModelOperationKind.Again:
                var repeated = Batch() with { Sequence = Math.Max(1, subject.Sequences.GetValueOrDefault((Run, Writer))), Facts = [Start(), Fact(Choice)] };
                return Describe(await subject.Store.ApplyAsync(repeated));
            case ModelOperationKind.Direct:
                return Describe(await subject.Store.ApplyAsync(Batch() with { Writer = default, Facts = [Fact(Choice)] }));
            case ModelOperationKind.Artifact:
                var text = $"content {Choice % 3}";
                await subject.PutAsync(text);
                var (digest, size) = (ContentDigest.Of(Encoding.UTF8.GetBytes(text)), text.Length);
                var entry = new ArtifactInfo(ArtifactPath.Parse(Paths[Choice % Paths.Length]), digest, size, T0);
                return await SendAsync(subject, Batch() with { Facts = [new ArtifactLogged(entry)] });
            case ModelOperationKind.CreateExperiment:
                return (await subject.Store.CreateExperimentAsync(Experiments[Choice % 3])).Name;
            case ModelOperationKind.UpdateExperiment:
                return await UpdateExperimentAsync(subject);
            case ModelOperationKind.Search:
                return await SearchAsync(subject);
            default:
                await subject.ReopenAsync();
                return "reopened";
        }
    }

    private RunBatch Batch() => new()
    {
        Run = RunId.Parse($"run{Run}"),
        Writer = WriterId.Parse(Writer.ToString("x16", CultureInfo.InvariantCulture)),
        Time = T0.AddSeconds(Choice),
        Mark = new byte[] { (byte)Choice },
    };

    private RunStarted Start() => new(null, Experiments[Run], $"run {Run}", T0.AddSeconds(Run), null, Choice % 2 == 0 ? "ann" : null);

    private static RunFact Fact(int choice) => (choice % 8) switch
    {
        0 or 1 => new ParamLogged(choice % 2 == 0 ? "p" : "q", Values[choice / 8 % Values.Length]),
        2 or 3 => new TagSet(choice % 2 == 0 ? "t" : "T", $"{choice % 5}"),
        4 => new TagDeleted("t"),
        5 => new InputLogged(new DatasetInput { Name = $"d{choice % 3}", Digest = "x", Context = choice % 2 == 0 ? null : "train" }),
        6 => new RunRenamed($"name {choice % 4}"),
        _ => new RunStageChanged((LifecycleStage)(choice / 8 % 2)),
    };

    private SeriesPoints Columns(int choice) => RunScript.Series(Series[choice % 3], Points);

    private async Task<string> SendAsync(ModelSubject subject, RunBatch batch)
    {
        var sequence = subject.Sequences.GetValueOrDefault((Run, Writer)) + 1;
        var result = await subject.Store.ApplyAsync(batch with { Sequence = sequence });
        subject.Sequences[(Run, Writer)] = sequence;
        var mark = await subject.Store.GetMarkAsync(batch.Run, batch.Writer);
        return $"{Describe(result)}, mark {mark?.Sequence} {(mark is null ? "-" : Convert.ToHexString(mark.Mark.Span))}";
    }

    private async Task<string> UpdateExperimentAsync(ModelSubject subject)
    {
        if (await subject.Store.GetExperimentByNameAsync(Experiments[Choice % 3]) is not { } experiment) return "none";
        var update = (Choice / 3 % 4) switch
        {
            0 => new ExperimentUpdate { Stage = LifecycleStage.Deleted },
            1 => new ExperimentUpdate { Stage = LifecycleStage.Active },
            2 => new ExperimentUpdate { Tags = new Dictionary<string, string?> { ["x"] = Choice % 2 == 0 ? "1" : null } },
            _ => new ExperimentUpdate { Name = Experiments[Choice / 12 % 3] },
        };
        var updated = await subject.Store.UpdateExperimentAsync(experiment.Id, update);
        return $"{updated.Name} {updated.Stage} {updated.Tags.Count}";
    }

    private async Task<string> SearchAsync(ModelSubject subject)
    {
        var query = new RunQuery
        {
            Filter = SearchParser.ParseRunFilter(Filters[Choice % Filters.Length]),
            OrderBy = SearchParser.ParseRunOrder(Orders[Choice / 10 % Orders.Length]),
            View = (StageView)(Choice % 3),
            MaxResults = 1 + (Choice % 2),
        };
        var found = new List<string>();
        while (true)
        {
            var page = await subject.Store.SearchRunsAsync(query);
            found.AddRange(page.Items.Select(run => run.Id.ToString()));
            if (page.NextPageToken is null) return string.Join(' ', found);
            query = query with { PageToken = page.NextPageToken };
        }
    }

    private static string Describe(ApplyResult result) => $"{result.Applied} {result.Conflicts.Count}";
}
