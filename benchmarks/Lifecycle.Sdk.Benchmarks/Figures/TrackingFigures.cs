namespace Lifecycle.Sdk.Benchmarks.Figures;

/// <summary>The promises of tracking, in the order that a point goes.</summary>
internal static class TrackingFigures
{
    public static IEnumerable<Figure> All =>
        [.. HotPathFigures.All, .. FirstPoint.All, .. DrainFigures.All, .. ReadFigures.All, .. SearchFigures.All, .. HttpFigures.All];
}
