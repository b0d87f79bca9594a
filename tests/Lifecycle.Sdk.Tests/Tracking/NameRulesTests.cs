using CsCheck;
using Xunit;

namespace Lifecycle.Sdk.Tests.Tracking;

public sealed class NameRulesTests
{
    [Theory]
    [InlineData("loss")]
    [InlineData("val/loss")]
    [InlineData("..")]
    [InlineData("../../etc/passwd")]
    [InlineData("损失 ± λ 🚀")]
    [InlineData("CON")]
    [InlineData("a.b-c_d:e f")]
    public void Keys_may_be_any_text_that_can_be_shown(string key) => Assert.Equal(key, new MetricKey(key).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("loss{x")]
    public void Keys_that_cannot_be_shown_or_read_back_are_refused(string key) => Assert.ThrowsAny<ArgumentException>(() => new MetricKey(key));

    [Fact]
    public void An_unpaired_surrogate_is_refused() =>
        Assert.Contains("surrogate", Assert.Throws<ArgumentException>(() => new MetricKey("a" + (char)0xD800)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_long_key_is_refused_with_its_length_and_the_rule()
    {
        var error = Assert.Throws<ArgumentException>(() => new MetricKey(new string('k', 10_000)));
        Assert.Contains("10000", error.Message, StringComparison.Ordinal);
        Assert.Contains("250", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 50, 300);
    }

    [Fact]
    public void A_context_is_ordered_and_reads_back()
    {
        var key = new MetricKey("loss", new("subset", "train"), new("fold", "3"));
        Assert.Equal("loss{fold=3,subset=train}", key.ToString());
        Assert.Equal(key, MetricKey.Parse("loss{subset=train,fold=3}"));
    }

    [Theory]
    [InlineData("loss{}")]
    [InlineData("loss{a}")]
    [InlineData("loss{a=1")]
    [InlineData("loss{a=1,a=2}")]
    [InlineData("loss{=1}")]
    [InlineData("{a=1}")]
    [InlineData("loss{a=b=c}")]
    public void A_text_that_is_no_series_is_refused(string text) => Assert.ThrowsAny<ArgumentException>(() => MetricKey.Parse(text));

    [Theory]
    [InlineData("a/b.txt")]
    [InlineData("模型/weights.bin")]
    [InlineData("...hidden")]
    [InlineData("console")]
    [InlineData(".gitignore")]
    public void Ordinary_artifact_paths_are_kept(string path) => Assert.Equal(path, ArtifactPath.Parse(path).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("/abs")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("./a")]
    [InlineData("a\\b")]
    [InlineData("C:/x")]
    [InlineData("nul")]
    [InlineData("a/COM1.txt")]
    [InlineData("x./y")]
    [InlineData("x /y")]
    [InlineData(" x")]
    [InlineData("a\u0001b")]
    [InlineData("a?b")]
    public void Paths_that_leave_the_run_or_break_a_file_system_are_refused(string path) =>
        Assert.Contains("refused", Assert.Throws<ArgumentException>(() => ArtifactPath.Parse(path)).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_accepted_path_stays_below_its_root() => Gen.String.Sample(text =>
    {
        if (!ArtifactPath.TryParse(text, out var path)) return;
        var root = Path.GetFullPath("/root-of-run");
        Assert.StartsWith(root + Path.DirectorySeparatorChar, Path.GetFullPath(path.ToString(), root), StringComparison.Ordinal);
    });

    [Fact]
    public void Run_ids_sort_by_the_time_they_were_made()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var first = RunId.New(clock).ToString();
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(string.CompareOrdinal(first, RunId.New(clock).ToString()) < 0);
        Assert.Equal(32, first.Length);
    }
}
