namespace Lifecycle.Sdk.Tests.Support;

/// <summary>
/// The sources that the tests were built from, found by walking up from the test program: a build server maps the paths in the program to
/// <c>/_/</c>, so those it was compiled from say nothing.
/// </summary>
internal static class SourceTree
{
    /// <summary>The folder of this test project's sources.</summary>
    public static string Tests { get; } = Path.Combine(Root(), "tests", "Lifecycle.Sdk.Tests");

    /// <summary>A file or folder of the repository.</summary>
    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root(), .. parts]);

    private static string Root()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Lifecycle.Sdk.sln"))) return folder;
        }

        throw new DirectoryNotFoundException($"No Lifecycle.Sdk.sln above '{AppContext.BaseDirectory}': the tests read golden files from the sources.");
    }
}
