using Microsoft.Extensions.Logging;

namespace Lifecycle.Sdk.Server;

/// <summary>What is said of users. Names of those who are not known stay out: people type a secret where the name belongs.</summary>
internal static partial class SecurityLog
{
    [LoggerMessage(20, LogLevel.Information, "The users of {Path} have changed and are in force")]
    public static partial void Reloaded(ILogger logger, string path);

    [LoggerMessage(21, LogLevel.Error, "The users of {Path} can't be read, so those before stay in force: {Reason}")]
    public static partial void Unreadable(ILogger logger, string path, string reason);

    [LoggerMessage(22, LogLevel.Warning, "Credentials came from {Address} over plain http, where others can read them: put TLS in front, or forward its headers. Said once")]
    public static partial void PlainHttp(ILogger logger, string address);
}
