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
    [InlineData("--password -x9", "--password ***")]
    [InlineData("--token --password x", "--token --password ***")]
    [InlineData("/password x", "/password ***")]
    [InlineData("/etc/token x", "/etc/token x")]
    [InlineData("--passphrase x --pass y", "--passphrase *** --pass ***")]
    [InlineData("--account-key x --pat y", "--account-key *** --pat ***")]
    [InlineData("--Smtp:Password=x --Smtp:Password y", "--Smtp:Password=*** --Smtp:Password ***")]
    [InlineData("Smtp:Password=x Logging:Level=Debug", "Smtp:Password=*** Logging:Level=Debug")]
    [InlineData("--url https://me:p@ss@host/x", "--url https://***@host/x")]
    [InlineData("--db=Server=a;Password=x;Port=1", "--db=Server=a;Password=***;Port=1")]
    [InlineData("--db=Password='a;b';Port=1", "--db=Password=***;Port=1")]
    [InlineData("AccountKey=x==;AccountName=y", "AccountKey=***")]
    [InlineData("--hub ghp_0123456789abcdefghij0123456789abcdef", "--hub ***")]
    [InlineData("--max-tokens=512 --tokenizer bpe --author ann --passes 3", "--max-tokens=512 --tokenizer bpe --author ann --passes 3")]
    [InlineData("plain words", "plain words")]
    public void Secrets_on_the_command_line_are_masked(string line, string masked) =>
        Assert.Equal(masked, ProgramFacts.MaskCommandLine(line.Split(' ')));

    [Theory]
    [InlineData("Server=db; User Id=sa; Password = hunter2; Port=1", "Server=db; User Id=sa; Password = ***; Port=1")]
    [InlineData("Authorization: Bearer hunter2", "Authorization:***")]
    [InlineData("--header=Authorization: Bearer hunter2", "--header=Authorization: Bearer ***")]
    [InlineData("--header=X: Bearer hunter2", "--header=X: Bearer ***")]
    public void So_are_those_within_an_argument_with_spaces(string argument, string masked) =>
        Assert.Contains(masked, ProgramFacts.MaskCommandLine([argument]), StringComparison.Ordinal);

    [Fact]
    public void A_long_command_line_is_cut_between_characters()
    {
        var line = ProgramFacts.MaskCommandLine([new string('x', 65_535) + "\U0001F600"]);
        Assert.Equal(65_535, line.Length);
    }

    [Fact]
    public void An_argument_with_spaces_is_quoted() => Assert.Equal("run \"two words\"", ProgramFacts.MaskCommandLine(["run", "two words"]));

    [Fact]
    public void Nothing_of_a_secret_is_left_in_the_facts() =>
        Assert.DoesNotContain(ProgramFacts.Collect(), fact => fact.Value.Contains("hunter2", StringComparison.Ordinal));
}
