namespace Lifecycle.Sdk.Storage;

/// <summary>A content whose beginning can be passed over without reading it, so that its end does not wait for gigabytes before it.</summary>
internal interface ISkippable
{
    /// <summary>Passes over the beginning, before anything is read. What is read then is not checked: the digest is of the whole.</summary>
    /// <param name="count">How many bytes, at most all.</param>
    /// <returns>False if it can't: then nothing has changed.</returns>
    bool TrySkip(long count);
}
