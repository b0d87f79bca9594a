using Lifecycle.Sdk.Storage.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lifecycle.Sdk.Server;

/// <summary>Every path that the server answers.</summary>
internal static class EndpointTable
{
    private const string Mlflow = "/api/2.0/mlflow/";
    private const string Proxy = "/api/2.0/mlflow-artifacts/";
    private const string Ajax = "/ajax-api/2.0/mlflow/";

    private static readonly string[] Get = ["GET", "HEAD"];
    private static readonly string[] Post = ["POST"];
    private static readonly string[] GetOrPost = ["GET", "HEAD", "POST"];
    private static readonly string[] Put = ["PUT"];
    private static readonly string[] Patch = ["PATCH"];
    private static readonly string[] Delete = ["DELETE"];

    private static readonly Endpoint[] Endpoints =
    [
        new(Get, "/health", Role.None, Plain("OK")),
        new(Get, "/version", Role.None, Plain(TrackingServer.ProtocolVersion)),

        new(Post, Mlflow + "experiments/create", Role.Writer, ExperimentEndpoints.CreateAsync),
        new(GetOrPost, Mlflow + "experiments/search", Role.Reader, ExperimentEndpoints.SearchAsync),
        new(Get, Mlflow + "experiments/get", Role.Reader, ExperimentEndpoints.GetAsync),
        new(Get, Mlflow + "experiments/get-by-name", Role.Reader, ExperimentEndpoints.GetByNameAsync),
        new(Post, Mlflow + "experiments/delete", Role.Admin, ExperimentEndpoints.DeleteAsync),
        new(Post, Mlflow + "experiments/restore", Role.Admin, ExperimentEndpoints.RestoreAsync),
        new(Post, Mlflow + "experiments/update", Role.Writer, ExperimentEndpoints.UpdateAsync),
        new(Post, Mlflow + "experiments/set-experiment-tag", Role.Writer, ExperimentEndpoints.SetTagAsync),
        new(Post, Mlflow + "experiments/delete-experiment-tag", Role.Writer, ExperimentEndpoints.DeleteTagAsync),
        new(Post, Ajax + "experiments/search-datasets", Role.Reader, ExperimentEndpoints.SearchDatasetsAsync),

        new(Post, Mlflow + "runs/create", Role.Writer, RunEndpoints.CreateAsync),
        new(Get, Mlflow + "runs/get", Role.Reader, RunEndpoints.GetAsync),
        new(Post, Mlflow + "runs/update", Role.Writer, RunEndpoints.UpdateAsync),
        new(Post, Mlflow + "runs/delete", Role.Writer, RunEndpoints.DeleteAsync),
        new(Post, Mlflow + "runs/restore", Role.Writer, RunEndpoints.RestoreAsync),
        new(Post, Mlflow + "runs/search", Role.Reader, RunEndpoints.SearchAsync),
        new(Post, Mlflow + "runs/log-metric", Role.Writer, LogEndpoints.MetricAsync),
        new(Post, Mlflow + "runs/log-parameter", Role.Writer, LogEndpoints.ParamAsync),
        new(Post, Mlflow + "runs/log-batch", Role.Writer, LogEndpoints.BatchAsync),
        new(Post, Mlflow + "runs/log-model", Role.Writer, LogEndpoints.ModelAsync),
        new(Post, Mlflow + "runs/log-inputs", Role.Writer, LogEndpoints.InputsAsync),
        new(Post, Mlflow + "runs/outputs", Role.Writer, LogEndpoints.OutputsAsync),
        new(Post, Mlflow + "runs/set-tag", Role.Writer, LogEndpoints.SetTagAsync),
        new(Post, Mlflow + "runs/delete-tag", Role.Writer, LogEndpoints.DeleteTagAsync),

        new(Get, Mlflow + "metrics/get-history", Role.Reader, HistoryEndpoints.GetAsync),
        new(Get, Ajax + "metrics/get-history-bulk", Role.Reader, HistoryEndpoints.GetBulkAsync),
        new(Get, Mlflow + "metrics/get-history-bulk-interval", Role.Reader, HistoryEndpoints.GetBulkIntervalAsync),

        new(Get, Mlflow + "artifacts/list", Role.Reader, ArtifactEndpoints.ListOfRunAsync),
        new(Get, "/get-artifact", Role.Reader, ArtifactEndpoints.GetOfRunAsync),
        new(Get, "/model-versions/get-artifact", Role.Reader, ArtifactEndpoints.GetOfVersionAsync),
        new(Post, Ajax + "upload-artifact", Role.Writer, ArtifactEndpoints.UploadAsync),
        new(Get, Proxy + "artifacts", Role.Reader, ArtifactEndpoints.ListAsync),
        new(Get, Proxy + "artifacts/{**path}", Role.Reader, ArtifactEndpoints.GetAsync),
        new(Put, Proxy + "artifacts/{**path}", Role.Writer, ArtifactEndpoints.PutAsync),
        new(Delete, Proxy + "artifacts/{**path}", Role.Writer, ArtifactEndpoints.DeleteAsync),
        new(Post, Proxy + "mpu/{operation}/{**path}", Role.Writer, NotImplemented("Multipart upload is not supported for the current artifact repository")),
        new(Get, Proxy + "presigned/{**path}", Role.Reader, NotImplemented("A presigned address is not supported by this server")),
        new(Post, Mlflow + "artifacts/presigned-upload-url", Role.Writer, NotImplemented("A presigned address is not supported by this server")),

        new(Post, Mlflow + "registered-models/create", Role.Writer, ModelEndpoints.CreateAsync),
        new(Post, Mlflow + "registered-models/rename", Role.Writer, ModelEndpoints.RenameAsync),
        new(Patch, Mlflow + "registered-models/update", Role.Writer, ModelEndpoints.UpdateAsync),
        new(Delete, Mlflow + "registered-models/delete", Role.Admin, ModelEndpoints.DeleteAsync),
        new(Get, Mlflow + "registered-models/get", Role.Reader, ModelEndpoints.GetAsync),
        new(GetOrPost, Mlflow + "registered-models/search", Role.Reader, ModelEndpoints.SearchAsync),
        new(GetOrPost, Mlflow + "registered-models/get-latest-versions", Role.Reader, ModelEndpoints.LatestAsync),
        new(Post, Mlflow + "registered-models/set-tag", Role.Writer, ModelEndpoints.SetTagAsync),
        new(Delete, Mlflow + "registered-models/delete-tag", Role.Writer, ModelEndpoints.DeleteTagAsync),
        new(Get, Mlflow + "registered-models/alias", Role.Reader, ModelEndpoints.GetAliasAsync),
        new(Post, Mlflow + "registered-models/alias", Role.Writer, ModelEndpoints.SetAliasAsync),
        new(Delete, Mlflow + "registered-models/alias", Role.Writer, ModelEndpoints.DeleteAliasAsync),
        new(Post, Mlflow + "model-versions/create", Role.Writer, VersionEndpoints.CreateAsync),
        new(Get, Mlflow + "model-versions/get", Role.Reader, VersionEndpoints.GetAsync),
        new(Patch, Mlflow + "model-versions/update", Role.Writer, VersionEndpoints.UpdateAsync),
        new(Delete, Mlflow + "model-versions/delete", Role.Admin, VersionEndpoints.DeleteAsync),
        new(GetOrPost, Mlflow + "model-versions/search", Role.Reader, VersionEndpoints.SearchAsync),
        new(Get, Mlflow + "model-versions/get-download-uri", Role.Reader, VersionEndpoints.DownloadUriAsync),
        new(Post, Mlflow + "model-versions/transition-stage", Role.Writer, VersionEndpoints.TransitionAsync),
        new(Post, Mlflow + "model-versions/set-tag", Role.Writer, VersionEndpoints.SetTagAsync),
        new(Delete, Mlflow + "model-versions/delete-tag", Role.Writer, VersionEndpoints.DeleteTagAsync),

        new(Post, Mlflow + "logged-models", Role.Writer, LoggedModelEndpoints.CreateAsync),
        new(Post, Mlflow + "logged-models/search", Role.Reader, LoggedModelEndpoints.SearchAsync),
        new(Get, Mlflow + "logged-models/{model_id}", Role.Reader, LoggedModelEndpoints.GetAsync),
        new(Patch, Mlflow + "logged-models/{model_id}", Role.Writer, LoggedModelEndpoints.FinalizeAsync),
        new(Delete, Mlflow + "logged-models/{model_id}", Role.Writer, LoggedModelEndpoints.DeleteAsync),
        new(Patch, Mlflow + "logged-models/{model_id}/tags", Role.Writer, LoggedModelEndpoints.SetTagsAsync),
        new(Delete, Mlflow + "logged-models/{model_id}/tags/{key}", Role.Writer, LoggedModelEndpoints.DeleteTagAsync),
        new(Post, Mlflow + "logged-models/{model_id}/params", Role.Writer, LoggedModelEndpoints.LogParamsAsync),
        new(Get, Mlflow + "logged-models/{model_id}/artifacts/directories", Role.Reader, LoggedModelEndpoints.ListAsync),
        new(Get, Ajax + "logged-models/{model_id}/artifacts/files", Role.Reader, LoggedModelEndpoints.FileAsync),
    ];

    /// <summary>What audited requests are called, for the tests that have to find them all.</summary>
    public static IEnumerable<string> AuditedActions => Endpoints.Where(endpoint => endpoint.Role >= Role.Writer).Select(endpoint => endpoint.Action);

    /// <summary>Method and path of each, for the tests that have to call them all.</summary>
    public static IEnumerable<(string Method, string Path)> All =>
        Endpoints.SelectMany(endpoint => endpoint.Methods.Where(method => method != "HEAD").Select(method => (method, endpoint.Path)));

    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder routes, TrackingServer server)
    {
        var group = routes.MapGroup("");
        foreach (var endpoint in Endpoints)
        {
            foreach (var path in endpoint.Paths())
            {
                var mapped = group.MapMethods(path, endpoint.Methods, context => RunAsync(context, server, endpoint));
                if (server.Options.RequireRoles && endpoint.Role != Role.None)
                    mapped.RequireAuthorization(new AuthorizationPolicyBuilder().RequireRole(Roles.AtLeast(endpoint.Role)).Build());
            }
        }

        foreach (var prefix in (string[])["/api/2.0", "/api/3.0", "/ajax-api/2.0", "/ajax-api/3.0"])
            group.Map($"{prefix}/{{**rest}}", async context => await AnswerAsync(new ApiCall(context, server), Unknown).ConfigureAwait(false));
        return group;
    }

    private static async Task RunAsync(HttpContext context, TrackingServer server, Endpoint endpoint)
    {
        if (!server.Options.KeepAudit || endpoint.Role < Role.Writer)
        {
            await AnswerAsync(new ApiCall(context, server), endpoint.Handler).ConfigureAwait(false);
            return;
        }

        using var audited = new AuditedRequest(context, server, endpoint.Action);
        var isAnswered = await AnswerAsync(new ApiCall(context, server, audited), endpoint.Handler).ConfigureAwait(false);
        await audited.EndAsync(isAnswered).ConfigureAwait(false);
    }

    /// <returns>False if the client has left before there was an answer.</returns>
    private static async Task<bool> AnswerAsync(ApiCall call, ApiHandler handler)
    {
        try
        {
            call.Context.Response.Headers[WireDialect.ServerHeader] = WireDialect.Version;
            call.Server.Guard.Check(call.Context);
            await call.Server.EnsureReadyAsync().ConfigureAwait(false);
            await handler(call).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception)
        {
            return await ApiErrors.AnswerAsync(call.Context, exception, call.Server.Logger).ConfigureAwait(false);
        }
    }

    private static ApiHandler Plain(string text) => async call =>
    {
        call.Context.Response.ContentType = "text/plain; charset=utf-8";
        await call.Context.Response.WriteAsync(text, call.Aborted).ConfigureAwait(false);
    };

    /// <param name="what">The beginning of the message. Clients know by it that they should go the plain way, and give up if it is another.</param>
    private static ApiHandler NotImplemented(string what) => _ =>
        throw new ApiException(WireError.NotImplemented, $"{what}: use the plain artifact endpoints.");

    /// <summary>A path that is known under another method is answered with 405.</summary>
    private static Task Unknown(ApiCall call)
    {
        var path = call.Context.Request.Path.Value ?? "";
        if (!Array.Exists(Endpoints, endpoint => endpoint.Fits(path)))
            throw new ApiException(WireError.EndpointNotFound, $"There is no endpoint '{ApiException.Shorten(path)}'.");
        call.Context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        return Task.CompletedTask;
    }

    private sealed record Endpoint(string[] Methods, string Path, Role Role, ApiHandler Handler)
    {
        /// <summary>What the endpoint does, as the audit trail calls it: stable text without what the client puts in.</summary>
        public string Action { get; } = $"{Methods[0]} {ShortOf(Path)}";

        /// <summary>The path under both prefixes.</summary>
        public IEnumerable<string> Paths() => Path.StartsWith("/api/", StringComparison.Ordinal) ? [Path, "/ajax-" + Path[1..]] : [Path];

        public bool Fits(string path)
        {
            foreach (var own in Paths())
            {
                var open = own.IndexOf('{', StringComparison.Ordinal);
                if (open < 0 ? path == own : path.Length > open && path.StartsWith(own.AsSpan(0, open), StringComparison.Ordinal)) return true;
            }

            return false;
        }

        private static string ShortOf(string path)
        {
            var prefix = Array.Find([Mlflow, Ajax, "/api/2.0/", "/"], prefix => path.StartsWith(prefix, StringComparison.Ordinal))!;
            return path[prefix.Length..].Replace("/{**path}", "", StringComparison.Ordinal);
        }
    }
}
