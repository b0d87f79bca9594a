namespace Lifecycle.Sdk.Storage.Http;

/// <summary>Where a tracking server is, as it was written; for Databricks the host is looked up on first use.</summary>
/// <param name="Text">For people, without secrets; also what tells the journals of servers apart.</param>
/// <param name="Server">The server's address with a trailing slash; null if it is a Databricks profile.</param>
/// <param name="Profile">The Databricks profile; null for the default one and for other servers.</param>
/// <param name="UserInfo">User and password from the address; null if there were none.</param>
internal sealed record HttpAddress(string Text, Uri? Server, string? Profile, (string User, string Password)? UserInfo)
{
    private const string Databricks = "databricks";
    private static readonly string[] Schemes = ["http", "https", "azureml", Databricks];

    /// <summary>Whether a text is meant to be a server's address.</summary>
    public static bool IsOne(string text)
    {
        var colon = text.IndexOf("://", StringComparison.Ordinal);
        return colon < 0
            ? text.Equals(Databricks, StringComparison.OrdinalIgnoreCase)
            : Schemes.Contains(text[..colon], StringComparer.OrdinalIgnoreCase);
    }

    /// <exception cref="ArgumentException">The text is not a server's address.</exception>
    public static HttpAddress Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.Trim();
        if (text.Equals(Databricks, StringComparison.OrdinalIgnoreCase)) return new HttpAddress(Databricks, null, null, null);
        if (text.StartsWith(Databricks + "://", StringComparison.OrdinalIgnoreCase)) return OfProfile(text[(Databricks.Length + 3)..].TrimEnd('/'));
        if (!IsOne(text) || !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            throw new ArgumentException($"'{WithoutSecrets(text)}' is not a server's address: write http://host:port, https://host/path, azureml://host/path, databricks or databricks://profile.", nameof(text));
        if (uri.Query.Length > 0 || uri.Fragment.Length > 0)
            throw new ArgumentException($"The address '{WithoutSecrets(text)}' has a query or fragment: give the tracking server's root, such as https://host/mlflow.", nameof(text));
        var builder = new UriBuilder(uri) { UserName = "", Password = "", Query = "", Fragment = "", Path = uri.AbsolutePath.TrimEnd('/') + "/" };
        if (uri.Scheme == "azureml") (builder.Scheme, builder.Port) = ("https", uri.IsDefaultPort ? -1 : uri.Port);
        var server = builder.Uri;
        return new HttpAddress(server.AbsoluteUri.TrimEnd('/'), server, null, UserInfoOf(uri));
    }

    /// <summary>A folder name that is different for each server and still tells a person which it is.</summary>
    public string FolderName() => StoreAddress.FolderName(Server?.Authority ?? Text, Text);

    /// <summary>An address fit for a message: what stands before an <c>@</c> is left out.</summary>
    public static string WithoutSecrets(string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal);
        start = start < 0 ? 0 : start + 3;
        var end = text.IndexOf('/', start);
        var at = text.LastIndexOf('@', (end < 0 ? text.Length : end) - 1);
        return NameRules.Shorten(at >= start ? text[..start] + text[(at + 1)..] : text);
    }

    private static HttpAddress OfProfile(string profile) =>
        profile.Length > 0 && profile.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or ' ')
            ? new HttpAddress($"{Databricks}://{profile}", null, profile, null)
            : throw new ArgumentException($"'{WithoutSecrets(profile)}' is not a Databricks profile: write databricks://PROFILE with a section of ~/.databrickscfg.", nameof(profile));

    private static (string, string)? UserInfoOf(Uri uri)
    {
        if (uri.UserInfo.Length == 0) return null;
        var colon = uri.UserInfo.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? (Uri.UnescapeDataString(uri.UserInfo), "")
            : (Uri.UnescapeDataString(uri.UserInfo[..colon]), Uri.UnescapeDataString(uri.UserInfo[(colon + 1)..]));
    }
}
