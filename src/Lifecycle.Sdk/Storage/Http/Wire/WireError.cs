using System.Net;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>MLflow's error codes and their statuses: one table for client and server.</summary>
internal static class WireError
{
    public const string InvalidParameterValue = "INVALID_PARAMETER_VALUE";
    public const string BadRequest = "BAD_REQUEST";
    public const string ResourceAlreadyExists = "RESOURCE_ALREADY_EXISTS";
    public const string Unauthenticated = "UNAUTHENTICATED";
    public const string CustomerUnauthorized = "CUSTOMER_UNAUTHORIZED";
    public const string PermissionDenied = "PERMISSION_DENIED";
    public const string ResourceDoesNotExist = "RESOURCE_DOES_NOT_EXIST";
    public const string NotFound = "NOT_FOUND";
    public const string EndpointNotFound = "ENDPOINT_NOT_FOUND";
    public const string ResourceConflict = "RESOURCE_CONFLICT";
    public const string AlreadyExists = "ALREADY_EXISTS";
    public const string Aborted = "ABORTED";
    public const string RequestLimitExceeded = "REQUEST_LIMIT_EXCEEDED";
    public const string ResourceExhausted = "RESOURCE_EXHAUSTED";
    public const string Cancelled = "CANCELLED";
    public const string InternalError = "INTERNAL_ERROR";
    public const string InvalidState = "INVALID_STATE";
    public const string DataLoss = "DATA_LOSS";
    public const string NotImplemented = "NOT_IMPLEMENTED";
    public const string TemporarilyUnavailable = "TEMPORARILY_UNAVAILABLE";
    public const string DeadlineExceeded = "DEADLINE_EXCEEDED";

    /// <summary>The status that goes with a code; 500 for a code that is not in the table.</summary>
    public static int StatusOf(string code) => code switch
    {
        InvalidParameterValue or BadRequest or ResourceAlreadyExists => 400,
        Unauthenticated or CustomerUnauthorized => 401,
        PermissionDenied => 403,
        ResourceDoesNotExist or NotFound or EndpointNotFound => 404,
        ResourceConflict or AlreadyExists or Aborted => 409,
        RequestLimitExceeded or ResourceExhausted => 429,
        Cancelled => 499,
        NotImplemented => 501,
        TemporarilyUnavailable => 503,
        DeadlineExceeded => 504,
        _ => 500,
    };

    /// <summary>The code of an answer whose body does not say one.</summary>
    public static string CodeOf(HttpStatusCode status) => (int)status switch
    {
        400 => BadRequest,
        401 => Unauthenticated,
        403 => PermissionDenied,
        404 => EndpointNotFound,
        409 => ResourceConflict,
        429 => RequestLimitExceeded,
        499 => Cancelled,
        501 => NotImplemented,
        503 => TemporarilyUnavailable,
        504 => DeadlineExceeded,
        _ => InternalError,
    };

    /// <summary>Whether the same request may succeed later: what MLflow's own client retries.</summary>
    public static bool IsTransient(HttpStatusCode status) => (int)status is 408 or 429 or 500 or 502 or 503 or 504;
}

/// <summary>The body of an answer that is an error.</summary>
internal sealed record WireErrorBody(string? ErrorCode, string? Message);
