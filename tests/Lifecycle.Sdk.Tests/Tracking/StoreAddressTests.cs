using Lifecycle.Sdk.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Tests.Tracking;

public sealed class StoreAddressTests
{
    [Theory]
    [InlineData("runs", "LocalFileStore")]
    [InlineData("./runs.v1", "LocalFileStore")]
    [InlineData("file:///tmp/x/runs", "LocalFileStore")]
    [InlineData("file:runs", "LocalFileStore")]
    [InlineData("FILE:runs", "LocalFileStore")]
    [InlineData("lifecycle.db", "SqliteStore")]
    [InlineData("Lifecycle.SQLITE", "SqliteStore")]
    [InlineData("x.sqlite3", "SqliteStore")]
    [InlineData("sqlite:anything", "SqliteStore")]
    [InlineData("sqlite:///tmp/x/y.db", "SqliteStore")]
    [InlineData("http://127.0.0.1:5000", "HttpStore")]
    [InlineData("HTTPS://mlflow.example/team", "HttpStore")]
    [InlineData("azureml://eu.api.azureml.ms/mlflow/v1.0/x", "HttpStore")]
    [InlineData("databricks", "HttpStore")]
    [InlineData("databricks://profile", "HttpStore")]
    public async Task One_text_chooses_the_provider(string address, string store)
    {
        await using var tracker = Tracker.Open(address);
        Assert.Equal(store, tracker.Store.GetType().Name);
    }

    [Theory]
    [InlineData("ftp://host/x", "ftp://host/x")]
    [InlineData("file://host/share", "file://host/share")]
    [InlineData("sqlite:", "sqlite:")]
    [InlineData("", "empty")]
    [InlineData("  ", "empty")]
    public void An_address_that_nobody_understands_is_named(string address, string named)
    {
        var error = Assert.Throws<ArgumentException>(() => Tracker.Open(address));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Opening_creates_no_file()
    {
        using var folder = new TempFolder();
        await using (Tracker.Open(folder["runs"]))
        await using (Tracker.Open(folder["x.db"]))
        {
            Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
        }
    }
}
