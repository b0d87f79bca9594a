using Microsoft.Extensions.Logging;

namespace Lifecycle.Sdk.Server;

internal static partial class ServerLog
{
    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void Failed(ILogger logger, string method, string path, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "{Method} {Path} could not be done now: the store is away")]
    public static partial void StoreAway(ILogger logger, string method, string path, Exception exception);

    [LoggerMessage(3, LogLevel.Error, "{Method} {Path} was or may have been done, but its entry in the audit trail could not be written")]
    public static partial void NotAudited(ILogger logger, string method, string path, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "Refused {Method} {Path} for {User}: {Reason}")]
    public static partial void Refused(ILogger logger, string method, string path, string user, string reason);
}
