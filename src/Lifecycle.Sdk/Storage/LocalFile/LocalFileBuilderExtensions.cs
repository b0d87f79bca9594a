using Lifecycle.Sdk.Storage.LocalFile;

namespace Lifecycle.Sdk;

/// <summary>Chooses the local-file provider.</summary>
public static class LocalFileBuilderExtensions
{
    /// <summary>Keeps runs in a folder that people can read: JSON, plain artifact files, and metric blocks; see FORMAT.md beside the code.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="folder">The folder; created on first use. A relative path is taken from the present working directory, now.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The path is empty or not a path.</exception>
    public static TrackerBuilder UseLocalFile(this TrackerBuilder builder, string folder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var root = Path.GetFullPath(folder);
        return builder.UseStore(context => new LocalFileStore(root, context.TimeProvider));
    }
}
