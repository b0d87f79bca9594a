using System.Text;
using Lifecycle.Sdk.Storage.Http;
using Xunit;

namespace Lifecycle.Sdk.Tests.Storage.Http;

/// <summary>Where the server is and who asks.</summary>
public sealed class HttpAddressTests
{
    [Theory]
    [InlineData("http://host:5000", "http://host:5000", "http://host:5000/")]
    [InlineData("https://host/mlflow/", "https://host/mlflow", "https://host/mlflow/")]
    [InlineData("azureml://eu.api.azureml.ms/mlflow/v1.0/ws", "https://eu.api.azureml.ms/mlflow/v1.0/ws", "https://eu.api.azureml.ms/mlflow/v1.0/ws/")]
    [InlineData("https://me:pa%40ss@host/x", "https://host/x", "https://host/x/")]
    public void An_address_is_shown_without_secrets(string text, string shown, string server)
    {
        var address = HttpAddress.Parse(text);
        Assert.Equal((shown, server), (address.Text, address.Server!.AbsoluteUri));
        Assert.DoesNotContain("pa@ss", address.FolderName(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://")]
    [InlineData("ftp://me:s3cret@host/x")]
    [InlineData("https://me:s3cret@host/x?token=1")]
    [InlineData("databricks://a/b")]
    public void What_is_no_address_is_named_without_its_secrets(string text)
    {
        var error = Assert.Throws<ArgumentException>(() => HttpAddress.Parse(text));
        Assert.DoesNotContain("s3cret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_servers_never_share_a_folder()
    {
        string[] addresses = ["http://host:5000", "http://host:5001", "https://host:5000", "https://host/a", "https://host/b", "databricks", "databricks://a"];
        Assert.Equal(addresses.Length, addresses.Select(address => HttpAddress.Parse(address).FolderName()).Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public async Task Opening_a_store_touches_neither_disk_nor_network()
    {
        await using var lab = new HttpLab();
        await using var tracker = lab.Open();
        Assert.False(Directory.Exists(lab.Data));
        Assert.Equal(0, lab.Server.Connections);
        Assert.StartsWith(lab.Data, tracker.Store.JournalDirectory, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("options", "Basic", "me:given")]
    [InlineData("address", "Basic", "you:there")]
    [InlineData("variables", "Basic", "env:var")]
    [InlineData("token variable", "Bearer", "t0ken")]
    [InlineData("file", "Basic", "filed:away")]
    [InlineData("nothing", null, null)]
    public async Task Credentials_come_from_the_nearest_place(string place, string? scheme, string? value)
    {
        await using var lab = new HttpLab();
        if (place is "variables" or "address" or "options") (lab.Variables["MLFLOW_TRACKING_USERNAME"], lab.Variables["MLFLOW_TRACKING_PASSWORD"]) = ("env", "var");
        if (place != "nothing" && place != "file") lab.Variables["MLFLOW_TRACKING_TOKEN"] = "t0ken";
        if (place != "nothing")
        {
            Directory.CreateDirectory(Path.Combine(lab.Home, ".mlflow"));
            await File.WriteAllTextAsync(Path.Combine(lab.Home, ".mlflow", "credentials"), "[other]\nmlflow_tracking_username = no\n[mlflow]\nmlflow_tracking_username = filed\nmlflow_tracking_password = away\n", TestContext.Current.CancellationToken);
        }

        var address = place is "address" or "options" ? $"http://you:there@127.0.0.1:{lab.Port}" : lab.Address;
        await using var store = lab.OpenStore(
            options =>
            {
                if (place == "options") (options.Username, options.Password) = ("me", "given");
            },
            address: address);
        await store.GetExperimentAsync("0", TestContext.Current.CancellationToken);
        var expected = scheme switch { null => null, "Basic" => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(value!)), _ => $"{scheme} {value}" };
        Assert.Equal(expected, Assert.Single(lab.Server.Requests).Headers.GetValueOrDefault("Authorization"));
        Assert.Equal(lab.Address, store.Address);
    }

    [Theory]
    [InlineData("databricks", "Bearer default-token")]
    [InlineData("databricks://prod", "Bearer prod-token")]
    public async Task A_databricks_address_finds_host_and_token(string address, string authorization)
    {
        await using var lab = new HttpLab();
        Directory.CreateDirectory(lab.Home);
        await File.WriteAllTextAsync(
            Path.Combine(lab.Home, ".databrickscfg"), $"[DEFAULT]\nhost = {lab.Address}\ntoken = default-token\n\n[prod]\nhost = {lab.Address}/\ntoken = prod-token\n", TestContext.Current.CancellationToken);
        await using var store = lab.OpenStore(address: address);
        Assert.Equal("Default", (await store.GetExperimentAsync("0", TestContext.Current.CancellationToken))!.Name);
        Assert.Equal(authorization, Assert.Single(lab.Server.Requests).Headers["Authorization"]);
    }

    [Fact]
    public async Task A_databricks_address_without_a_host_says_where_to_put_it()
    {
        await using var lab = new HttpLab();
        await using var store = lab.OpenStore(address: "databricks");
        var error = await Assert.ThrowsAsync<LifecycleException>(() => store.GetExperimentAsync("0", TestContext.Current.CancellationToken).AsTask());
        Assert.Contains("DATABRICKS_HOST", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 4, null, "RequestTimeout")]
    [InlineData(1, 65, null, "MaxConnections")]
    [InlineData(1, 4, "a:b", "Username")]
    public void An_option_out_of_its_range_is_refused_when_the_store_is_chosen(int seconds, int connections, string? user, string named)
    {
        var error = Assert.Throws<ArgumentException>(() => Tracker.CreateBuilder().UseHttp(
            "http://host",
            options => (options.RequestTimeout, options.MaxConnections, options.Username) = (TimeSpan.FromSeconds(seconds), connections, user)));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_are_in_no_message_and_in_no_stored_run()
    {
        await using var lab = new HttpLab();
        using var lines = new LogRecorder();
        await using var tracker = lab.Open(options => (options.Username, options.Password) = ("me", "hunter2"), builder => builder.LoggerFactory = lines);
        await using var run = tracker.StartRun("secrets", "first");
        run.Log("loss", 1, 1);
        lab.Stock.Before = request => request.Endpoint == "runs/log-batch" ? RawAnswer.Error(403, "PERMISSION_DENIED", "No.") : null;
        var error = await Assert.ThrowsAsync<LifecycleException>(() => run.FlushAsync());
        string[] seen = [error.ToString(), .. lines.Lines, Assert.Single(lab.Stock.Runs).ToJson().ToJsonString(), tracker.Store.Address];
        Assert.All(seen, text => Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal));
        Assert.All(seen, text => Assert.DoesNotContain("bWU6aHVudGVyMg", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, null, "./runs")]
    [InlineData(null, "http://mlflow:5000", "http://mlflow:5000")]
    [InlineData("x.db", "http://mlflow:5000", "x.db")]
    [InlineData(null, "sqlite:///mlflow.db", "./runs")]
    public void The_default_address_comes_from_the_environment(string? ours, string? theirs, string expected) =>
        Assert.Equal(expected, StoreAddress.FromEnvironment(name => name == StoreAddress.EnvironmentVariable ? ours : name == StoreAddress.MlflowVariable ? theirs : null));
}
