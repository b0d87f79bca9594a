using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>An answer that is an error of the protocol.</summary>
internal sealed class ApiException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;

    /// <summary>The status, where HTTP has a better one than the code's; MLflow's clients go by the code.</summary>
    public int? Status { get; init; }

    public static ApiException Missing(string parameter) => new(
        WireError.InvalidParameterValue, $"Missing value for required parameter '{parameter}'. See the API docs for more information about request parameters.");

    public static ApiException Invalid(string parameter, string value, string rule) => new(
        WireError.InvalidParameterValue, $"Invalid value {Shorten(value)} for parameter '{parameter}' supplied: {rule}");

    public static ApiException Refused(string message) => new(WireError.InvalidParameterValue, message);

    public static ApiException NoSuchRun(string run) => new(WireError.ResourceDoesNotExist, $"Run with id={Shorten(run)} not found");

    public static ApiException NoSuchExperiment(string experiment) => new(WireError.ResourceDoesNotExist, $"No Experiment with id={Shorten(experiment)} exists");

    public static string Shorten(string value) => Storage.NameRules.Shorten(value);
}
