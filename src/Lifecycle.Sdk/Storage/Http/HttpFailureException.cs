using System.Net;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>A call that failed, with what the store needs to know to decide what it means.</summary>
internal sealed class HttpFailureException(string message, Exception? inner = null) : LifecycleException(message, inner)
{
    /// <summary>The answer's status; null if there was no answer.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>MLflow's error code; null if the answer was not MLflow's.</summary>
    public string? Code { get; init; }

    /// <summary>What the server said, fit for a message.</summary>
    public string Said { get; init; } = "";

    public bool IsMissing => Code is WireError.ResourceDoesNotExist or WireError.NotFound;

    public bool IsTaken => Code is WireError.ResourceAlreadyExists or WireError.AlreadyExists or WireError.ResourceConflict;

    public bool IsRefusal => Code is WireError.InvalidParameterValue or WireError.BadRequest;

    /// <summary>Whether the server failed at the request by its own account, in MLflow's words.</summary>
    public bool IsServerFault => Code == WireError.InternalError;

    /// <summary>Whether the server hands out no artifacts, by the way it was set up.</summary>
    public bool IsUnserved { get; init; }

    /// <summary>Whether the server, or a proxy before it, takes no body of this length.</summary>
    public bool IsTooLarge => Status == HttpStatusCode.RequestEntityTooLarge;

    /// <summary>Whether the server has no such endpoint.</summary>
    public bool IsUnknownCall => Code == WireError.EndpointNotFound || (Code is null && Status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed);
}
