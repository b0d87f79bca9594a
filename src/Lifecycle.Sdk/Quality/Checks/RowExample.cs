namespace Lifecycle.Sdk.Quality;

/// <summary>A row that a check found wanting.</summary>
/// <param name="Row">The row, from 0.</param>
/// <param name="Value">Its value as text, or null where it is missing.</param>
public sealed record RowExample(int Row, string? Value);
