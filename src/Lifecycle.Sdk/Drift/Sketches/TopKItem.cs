namespace Lifecycle.Sdk.Drift;

/// <summary>A frequent item with bounds on how often it occurred.</summary>
/// <typeparam name="T">The type of the item.</typeparam>
/// <param name="Item">The item.</param>
/// <param name="LowerBound">It occurred at least this often.</param>
/// <param name="UpperBound">It occurred at most this often; equal to the lower bound when the count is exact.</param>
public readonly record struct TopKItem<T>(T Item, long LowerBound, long UpperBound);
