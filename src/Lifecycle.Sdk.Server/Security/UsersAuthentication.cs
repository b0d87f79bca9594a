using System.Net;
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Lifecycle.Sdk.Storage.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Lifecycle.Sdk.Server;

/// <summary>Basic and Bearer of the users of a file, with answers as MLflow's clients know them.</summary>
internal sealed class UsersAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, UserCheck users)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = "Lifecycle";

    // One text for whatever is wrong with credentials: the answer doesn't say which users exist.
    private const string WrongCredentials = "You are not authenticated. The user, the secret or the token is wrong.";
    private const int MaxCredentialBytes = 4096;

    // A handler lives as long as its request.
    private bool _isPresented;
    private TimeSpan _wait;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.Authorization is not [{ } header]) return AuthenticateResult.NoResult();
        _isPresented = true;
        // Without an address it is a pipe, a socket file or a test: this machine.
        var address = Context.Connection.RemoteIpAddress ?? IPAddress.Loopback;
        if (!Request.IsHttps) users.NotePlainHttp(address);
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return Result(users.CheckToken(Encoding.UTF8.GetBytes(header[7..].Trim()), address), address);
        if (!TryReadBasic(header, out var name, out var secret)) return AuthenticateResult.Fail("The header Authorization is neither Basic nor Bearer.");
        return Result(await users.CheckSecretAsync(name, secret, address, Context.RequestAborted).ConfigureAwait(false), address);
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (_wait > TimeSpan.Zero)
        {
            return ApiErrors.WriteAsync(
                Context, WireError.RequestLimitExceeded, "Too many failed attempts to authenticate. Wait before the next one.", (int)Math.Ceiling(_wait.TotalSeconds));
        }

        return ApiErrors.WriteAsync(Context, WireError.Unauthenticated, _isPresented ? WrongCredentials
            : "You are not authenticated. Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.");
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var role = Context.User.FindFirst(ClaimTypes.Role)?.Value ?? "nothing";
        var name = Context.User.Identity?.Name ?? "";
        ServerLog.Refused(Logger, Request.Method, Request.Path, name, $"the role {role} is not enough");
        return ApiErrors.WriteAsync(Context, WireError.PermissionDenied, $"Permission denied: '{ApiException.Shorten(name)}' is {role} here, which is not enough for this.");
    }

    private AuthenticateResult Result(Verdict verdict, IPAddress address)
    {
        _wait = verdict.Wait;
        if (verdict.User is not { } user)
        {
            ServerLog.Refused(Logger, Request.Method, Request.Path, verdict.Asked?.Name ?? "nobody known", $"{(_wait > TimeSpan.Zero ? "too many failed attempts" : "wrong credentials")} from {address}");
            return AuthenticateResult.Fail(WrongCredentials);
        }

        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, user.Name), new Claim(ClaimTypes.Role, Roles.NameOf(user.Role))], Scheme);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme));
    }

    private static bool TryReadBasic(string header, out string name, out byte[] secret)
    {
        (name, secret) = ("", []);
        if (header.Length > MaxCredentialBytes || !header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return false;
        var buffer = new byte[MaxCredentialBytes];
        if (!Convert.TryFromBase64Chars(header.AsSpan(6).Trim(), buffer, out var length)) return false;
        var pair = buffer.AsSpan(0, length);
        var colon = pair.IndexOf((byte)':');
        if (colon < 0 || length - colon - 1 > SecretHash.MaxSecretBytes) return false;
        (name, secret) = (Encoding.UTF8.GetString(pair[..colon]), pair[(colon + 1)..].ToArray());
        return true;
    }
}
