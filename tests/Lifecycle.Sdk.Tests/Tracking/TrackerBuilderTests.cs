using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Lifecycle.Sdk.Tests.Tracking;

public sealed class TrackerBuilderTests
{
    [Theory]
    [InlineData("DrainInterval")]
    [InlineData("ShutdownTimeout")]
    [InlineData("MaxJournalBytes")]
    [InlineData("SystemMetricsInterval")]
    public void An_option_out_of_range_is_named(string option)
    {
        var builder = Tracker.CreateBuilder().UseLocalFile("never-created").Configure(options =>
        {
            switch (option)
            {
                case "DrainInterval": options.DrainInterval = TimeSpan.Zero; break;
                case "ShutdownTimeout": options.ShutdownTimeout = TimeSpan.FromSeconds(-1); break;
                case "MaxJournalBytes": options.MaxJournalBytes = 5; break;
                default: options.Capture.SystemMetricsInterval = TimeSpan.FromTicks(1); break;
            }
        });
        var error = Assert.Throws<ArgumentException>(builder.Build);
        Assert.Contains(option, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_builder_makes_one_tracker()
    {
        var builder = Tracker.CreateBuilder().UseLocalFile("never-created");
        await using var tracker = builder.Build();
        Assert.Throws<InvalidOperationException>(builder.Build);
    }

    [Fact]
    public async Task Options_are_bound_from_configuration_and_the_builder_has_the_last_word()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Store"] = "bound.db",
            ["DrainInterval"] = "00:00:03",
            ["Capture:Git"] = "false",
        }).Build();
        TrackerOptions? seen = null;
        await using var provider = new ServiceCollection()
            .AddLifecycle(configuration, builder => seen = builder.Configure(o => o.ShutdownTimeout = TimeSpan.FromSeconds(1)).Options)
            .BuildServiceProvider();
        var tracker = provider.GetRequiredService<Tracker>();
        Assert.Equal("SqliteStore", tracker.Store.GetType().Name);
        Assert.Equal(TimeSpan.FromSeconds(3), seen!.DrainInterval);
        Assert.Equal(TimeSpan.FromSeconds(1), seen.ShutdownTimeout);
        Assert.False(seen.Capture.Git);
    }

    [Fact]
    public async Task Bad_options_fail_when_the_host_starts()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["DrainInterval"] = "5.00:00:00" }).Build();
        await using var provider = new ServiceCollection().AddLifecycle(configuration).BuildServiceProvider();
        var error = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IStartupValidator>().Validate());
        Assert.Contains("DrainInterval", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keyed_trackers_stand_side_by_side()
    {
        await using var provider = new ServiceCollection()
            .AddLifecycle(builder => builder.UseSqlite("a.db"))
            .AddKeyedLifecycle("eval", builder => builder.UseLocalFile("b"))
            .BuildServiceProvider();
        Assert.EndsWith("a.db", provider.GetRequiredService<Tracker>().Store.Address, StringComparison.Ordinal);
        Assert.EndsWith("b", provider.GetRequiredKeyedService<Tracker>("eval").Store.Address, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Adding_twice_adds_to_one_tracker()
    {
        await using var provider = new ServiceCollection()
            .AddLifecycle(builder => builder.UseSqlite("a.db"))
            .AddLifecycle(builder => builder.Configure(o => o.RecoverOnOpen = false))
            .BuildServiceProvider();
        Assert.Single(provider.GetServices<Tracker>());
        Assert.EndsWith("a.db", provider.GetRequiredService<Tracker>().Store.Address, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_clock_comes_from_the_container()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        await using var provider = new ServiceCollection().AddSingleton<TimeProvider>(clock).AddLifecycle(b => b.UseLocalFile("x")).BuildServiceProvider();
        Assert.Same(clock, provider.GetRequiredService<Tracker>().TimeProvider);
    }
}
