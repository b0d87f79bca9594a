namespace Lifecycle.Sdk.Quality;

/// <summary>One or more checks that look at a table.</summary>
internal interface ITableCheck
{
    int Count { get; }

    void Run(Table table, List<QualityFinding> findings);
}
