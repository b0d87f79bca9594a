namespace Lifecycle.Sdk.Evaluation;

/// <summary>
/// The rows are well formed, but they do not define the quantity that was asked for: an area under the ROC curve with one class
/// only, for example. It is an <see cref="ArgumentException"/>, so that callers who do not care about the difference need not know it.
/// </summary>
public sealed class UndefinedMetricException : ArgumentException
{
    /// <summary>Creates the exception with a general message.</summary>
    public UndefinedMetricException()
        : base("The metric is not defined for these rows.")
    {
    }

    /// <summary>Creates the exception with a message that says what is missing.</summary>
    public UndefinedMetricException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message that says what is missing, and the exception that led here.</summary>
    public UndefinedMetricException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception with a message that says what is missing, and the name of the argument that lacks it.</summary>
    public UndefinedMetricException(string message, string paramName)
        : base(message, paramName)
    {
    }
}
