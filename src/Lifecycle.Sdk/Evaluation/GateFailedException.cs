namespace Lifecycle.Sdk.Evaluation;

/// <summary>A model did not fulfil a gate. The message lists every rule with what was found.</summary>
public sealed class GateFailedException : Exception
{
    /// <summary>Creates the exception with a general message.</summary>
    public GateFailedException()
        : base("The model did not pass the gate.")
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    public GateFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message and the exception that led here.</summary>
    public GateFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception from the result.</summary>
    public GateFailedException(GateResult result)
        : base(result?.ToString()) => Result = result;

    /// <summary>The result with every rule; null when the exception was not made from one.</summary>
    public GateResult? Result { get; }
}
