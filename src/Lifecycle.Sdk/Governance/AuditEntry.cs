namespace Lifecycle.Sdk;

/// <summary>Who did what to a store, and when.</summary>
public sealed record AuditEntry
{
    /// <summary>Its number: 1, 2, 3, …</summary>
    public required long Sequence { get; init; }

    /// <summary>When the first of its requests was recorded, to the millisecond; never before the entry before.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Who; null if nobody was authenticated.</summary>
    public string? User { get; init; }

    /// <summary>What was done; the server writes method and endpoint, such as <c>POST runs/log-batch</c>.</summary>
    public required string Action { get; init; }

    /// <summary>What was changed, such as <c>run 3f2a…</c>, <c>model fraud/3</c> or <c>artifact 3f2a…/model/weights.bin</c>; empty if it never came to be known.</summary>
    public required string Subject { get; init; }

    /// <summary>How many requests of one user with the same action, subject and status it stands for.</summary>
    public required long Count { get; init; }

    /// <summary>The HTTP status that was answered; 499 if the client had left before. Null if there was no request.</summary>
    public int? Status { get; init; }

    /// <summary>The hash of the entry before; 64 zeros for the first.</summary>
    public required string PreviousHash { get; init; }

    /// <summary>The SHA-256 of the entry's stored bytes before their last property <c>hash</c>, 64 lower-case hexadecimal digits.</summary>
    public required string Hash { get; init; }
}
