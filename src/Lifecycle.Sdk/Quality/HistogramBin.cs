namespace Lifecycle.Sdk.Quality;

/// <summary>One bin of a profile's histogram.</summary>
/// <param name="Low">The lower end, included.</param>
/// <param name="High">The upper end, excluded except in the last bin.</param>
/// <param name="Count">
/// How many values lie in it, estimated within the rank error of the profile's quantiles (1.33 % of the rows at each end).
/// </param>
public sealed record HistogramBin(double Low, double High, long Count);
