namespace Lifecycle.Sdk;

/// <summary>
/// A store, journal or server could not do what was asked. Misuse of the API is an <see cref="ArgumentException"/> or
/// <see cref="InvalidOperationException"/> instead; nothing that logs inside a training loop throws this one.
/// </summary>
public class LifecycleException : Exception
{
    /// <summary>An error.</summary>
    /// <param name="message">What happened, with the values, and what to do.</param>
    public LifecycleException(string message) : base(message) { }

    /// <summary>An error with its cause.</summary>
    /// <param name="message">What happened, with the values, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public LifecycleException(string message, Exception? innerException) : base(message, innerException) { }

    /// <summary>Whether the same call may succeed later without a change: a busy store, a full disk, a server away.</summary>
    public bool IsTransient { get; init; }

    /// <summary>The store's address, without secrets; null if no store was involved.</summary>
    public string? Store { get; init; }

    /// <summary>The run concerned; null if none.</summary>
    public RunId? Run { get; init; }
}

/// <summary>What was asked for does not exist in the store.</summary>
public sealed class LifecycleNotFoundException : LifecycleException
{
    /// <summary>An error.</summary>
    /// <param name="message">What was not found and where.</param>
    public LifecycleNotFoundException(string message) : base(message) { }
}

/// <summary>What was asked for contradicts what the store already holds: a taken name, a second value for a param.</summary>
public sealed class LifecycleConflictException : LifecycleException
{
    /// <summary>An error.</summary>
    /// <param name="message">What contradicts what.</param>
    public LifecycleConflictException(string message) : base(message) { }
}
