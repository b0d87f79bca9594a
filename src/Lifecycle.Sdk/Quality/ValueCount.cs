namespace Lifecycle.Sdk.Quality;

/// <summary>A frequent value of a column.</summary>
/// <param name="Value">The value as text in the invariant culture.</param>
/// <param name="AtLeast">It occurs at least this often.</param>
/// <param name="AtMost">It occurs at most this often; equal to <paramref name="AtLeast"/> when the count is exact.</param>
public sealed record ValueCount(string Value, long AtLeast, long AtMost);
