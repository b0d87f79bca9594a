using Lifecycle.Sdk.Capture;
using Xunit;

namespace Lifecycle.Sdk.Tests.Capture;

public sealed class ProgramFactsTests
{
    [Theory]
    [InlineData("train --password hunter2 --epochs 3", "train --password *** --epochs 3")]
    [InlineData("train --api-key=abc --lr=0.1", "train --api-key=*** --lr=0.1")]
    [InlineData("train /token:abc", "train /token:***")]
    [InlineData("DB_PASSWORD=abc run", "DB_PASSWORD=*** run")]
    [InlineData("--url https://me:pw@host/x?sig=1&a=2", "--url https://***@host/x?sig=***&a=2")]
    [InlineData("--secret --verbose", "--secret --verbose")]
    [InlineData("--connection-string Server=x", "--connection-string ***")]
    [InlineData("plain words", "plain words")]
    public void Secrets_on_the_command_line_are_masked(string line, string masked) =>
        Assert.Equal(masked, ProgramFacts.MaskCommandLine(line.Split(' ')));

    [Fact]
    public void An_argument_with_spaces_is_quoted() => Assert.Equal("run \"two words\"", ProgramFacts.MaskCommandLine(["run", "two words"]));

    [Fact]
    public void Nothing_of_a_secret_is_left_in_the_facts() =>
        Assert.DoesNotContain(ProgramFacts.Collect(), fact => fact.Value.Contains("hunter2", StringComparison.Ordinal));
}
