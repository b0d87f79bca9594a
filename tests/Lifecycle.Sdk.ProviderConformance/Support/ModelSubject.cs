using System.Globalization;
using System.Text;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>A store under the model test with what its writers know: the numbers of their batches, the ids of its experiments.</summary>
internal sealed class ModelSubject(Func<TrackingStore> open, string scratch) : IAsyncDisposable
{
    public TrackingStore Store { get; private set; } = open();

    public Dictionary<(int Run, int Writer), long> Sequences { get; } = [];

    public async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = open();
    }

    public async Task PutAsync(string text)
    {
        var path = Path.Combine(scratch, Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture));
        await File.WriteAllTextAsync(path, text);
        await Store.PutContentAsync(new StagedContent(ContentDigest.Of(Encoding.UTF8.GetBytes(text)), Encoding.UTF8.GetByteCount(text), path));
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
