namespace Lifecycle.Sdk.Quality;

/// <summary>Data did not pass its checks. Thrown by <see cref="QualityResult.ThrowIfFailed"/>.</summary>
public sealed class DataQualityException : Exception
{
    /// <summary>An exception for a result.</summary>
    /// <param name="result">The failed result.</param>
    /// <exception cref="ArgumentNullException">The result is null.</exception>
    public DataQualityException(QualityResult result)
        : base(Describe(result)) => Result = result;

    /// <summary>What was found.</summary>
    public QualityResult Result { get; }

    private static string Describe(QualityResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return "The data did not pass its checks." + string.Concat(result.Findings.Select(finding => "\n" + finding));
    }
}
