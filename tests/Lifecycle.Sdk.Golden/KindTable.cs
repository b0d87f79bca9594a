using System.Diagnostics.CodeAnalysis;
using Lifecycle.Sdk.Golden.Kinds;

namespace Lifecycle.Sdk.Golden;

/// <summary>Computes one case with the library. An <see cref="ArgumentException"/> it lets through counts as a refusal.</summary>
internal delegate GoldenResult KindHandler(GoldenCase golden);

/// <summary>Which function of the library answers which kind. Each file in <c>Kinds/</c> registers its own.</summary>
internal sealed class KindTable
{
    private readonly Dictionary<string, KindHandler> _handlers = new(StringComparer.Ordinal);

    public static KindTable Default { get; } = Create();

    public void Add(string kind, KindHandler handler) => _handlers.Add(kind, handler);

    public bool TryGet(string kind, [NotNullWhen(true)] out KindHandler? handler) => _handlers.TryGetValue(kind, out handler);

    private static KindTable Create()
    {
        var table = new KindTable();
        ClassificationKinds.Register(table);
        FairnessKinds.Register(table);
        KsKinds.Register(table);
        SketchKinds.Register(table);
        RegressionKinds.Register(table);
        ResamplingKinds.Register(table);
        TailKinds.Register(table);
        CategoricalKinds.Register(table);
        TestKinds.Register(table);
        MultipleTestingKinds.Register(table);
        DivergenceKinds.Register(table);
        DistanceKinds.Register(table);
        StreamingKinds.Register(table);
        return table;
    }
}
