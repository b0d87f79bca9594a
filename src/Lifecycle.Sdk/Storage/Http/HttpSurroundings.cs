namespace Lifecycle.Sdk.Storage.Http;

/// <summary>What the provider takes from the machine: given by tests, so that they change nothing that others see.</summary>
/// <param name="Variable">Reads an environment variable.</param>
/// <param name="Home">The user's folder; empty if there is none.</param>
/// <param name="Data">The folder for this user's local data.</param>
internal sealed record HttpSurroundings(Func<string, string?> Variable, string Home, string Data)
{
    public static HttpSurroundings System => new(
        Environment.GetEnvironmentVariable,
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } data ? data : Path.GetTempPath());

    /// <summary>A variable that is set to something.</summary>
    public string? Get(string name) => Variable(name) is { Length: > 0 } value ? value : null;

    /// <summary>A section of an INI file in the user's folder; empty if there is no such file or section.</summary>
    /// <exception cref="LifecycleException">The file is there and can't be read.</exception>
    public IReadOnlyDictionary<string, string> ReadIni(string relativePath, string section)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (Home.Length == 0) return values;
        var path = Path.Combine(Home, relativePath);
        try
        {
            if (!File.Exists(path)) return values;
            var isWanted = false;
            foreach (var raw in File.ReadLines(path))
            {
                var line = raw.Trim();
                if (line.Length == 0 || line[0] is '#' or ';') continue;
                if (line[0] == '[' && line[^1] == ']') isWanted = line[1..^1].Trim().Equals(section, StringComparison.OrdinalIgnoreCase);
                else if (isWanted && line.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals) values[line[..equals].Trim()] = line[(equals + 1)..].Trim();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LifecycleException($"The credentials file '{path}' can't be read: {e.Message}", e) { IsTransient = e is IOException };
        }

        return values;
    }
}
