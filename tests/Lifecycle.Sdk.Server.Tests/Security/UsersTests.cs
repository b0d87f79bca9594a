using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Xunit;
using static Lifecycle.Sdk.Server.Tests.UsersServer;

namespace Lifecycle.Sdk.Server.Tests;

public sealed class UsersTests
{
    private const string Create = "/api/2.0/mlflow/registered-models/create";
    private const string Delete = "/api/2.0/mlflow/registered-models/delete";

    [Theory]
    [InlineData("ria", 200, 403, 403)]
    [InlineData("ana", 200, 200, 403)]
    [InlineData("adam", 200, 200, 200)]
    [InlineData(null, 401, 401, 401)]
    public async Task Each_role_may_do_what_it_is_for_and_what_is_below_it(string? name, int reading, int writing, int deleting)
    {
        await using var server = await StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync(HttpMethod.Post, Create, Basic("adam", Secret), """{"name":"fraud"}""")).Status);
        var who = name is null ? null : Basic(name, Secret);

        Assert.Equal(reading, (int)(await server.ReadAsync(who)).Status);
        Assert.Equal(writing, (int)(await server.SendAsync(HttpMethod.Post, Create, who, """{"name":"churn"}""")).Status);
        Assert.Equal(deleting, (int)(await server.SendAsync(HttpMethod.Delete, Delete, who, """{"name":"fraud"}""")).Status);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/version")]
    public async Task What_says_nothing_of_the_store_needs_no_user(string path)
    {
        await using var server = await StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync(HttpMethod.Get, path, null)).Status);
    }

    [Fact]
    public async Task A_role_that_is_not_enough_is_answered_in_the_protocol_s_words()
    {
        await using var server = await StartAsync();
        var answer = await server.SendAsync(HttpMethod.Post, Create, Basic("ria", Secret), """{"name":"fraud"}""");
        Assert.StartsWith("""{"error_code":"PERMISSION_DENIED","message":"Permission denied: """, answer.Body, StringComparison.Ordinal);
        Assert.Empty(await server.Tracker.Models.ReadLedgerAsync().ToListAsync());
    }

    [Fact]
    public async Task A_wrong_secret_and_an_unknown_user_get_the_same_answer_at_the_same_cost()
    {
        await using var server = await StartAsync();
        var wrong = await server.ReadAsync(Basic("ana", "wrong"));
        Assert.Equal(1, server.Check.CostlyChecks);
        var unknown = await server.ReadAsync(Basic("nobody", Secret));
        Assert.Equal(2, server.Check.CostlyChecks);
        var tokenOnly = await server.ReadAsync(Basic("bot", Secret));
        Assert.Equal(3, server.Check.CostlyChecks);

        Assert.Equal(HttpStatusCode.Unauthorized, wrong.Status);
        Assert.Equal("Basic realm=\"mlflow\"", wrong.Challenge);
        Assert.Contains("\"error_code\":\"UNAUTHENTICATED\"", wrong.Body, StringComparison.Ordinal);
        Assert.Equal(wrong, unknown);
        Assert.Equal(wrong, tokenOnly);
    }

    [Theory]
    [InlineData("Basic", "%%%")]
    [InlineData("Basic", "YW5h")]
    [InlineData("Basic", "")]
    [InlineData("Digest", "YW5hOmNvcnJlY3QtaG9yc2U=")]
    [InlineData("Bearer", "")]
    [InlineData("Bearer", "lct_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Credentials_that_are_none_are_refused(string scheme, string value)
    {
        await using var server = await StartAsync();
        var answer = await server.SendAsync(HttpMethod.Get, "/api/2.0/mlflow/experiments/get?experiment_id=0", null, null, request =>
            request.Headers.TryAddWithoutValidation("Authorization", $"{scheme} {value}"));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
        Assert.Equal("Basic realm=\"mlflow\"", answer.Challenge);
        Assert.Equal(0, server.Check.CostlyChecks);
    }

    [Fact]
    public async Task A_token_lets_its_owner_in()
    {
        await using var server = await StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync(HttpMethod.Post, Create, new AuthenticationHeaderValue("Bearer", Token), """{"name":"fraud"}""")).Status);
        Assert.Equal("bot", (await server.Tracker.Models.ReadLedgerAsync().ToListAsync())[0].Actor);
    }

    [Fact]
    public async Task A_right_secret_is_checked_again_only_when_it_was_forgotten()
    {
        await using var server = await StartAsync();
        for (var i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.OK, (await server.ReadAsync(Basic("ana", Secret))).Status);
        Assert.Equal(1, server.Check.CostlyChecks);

        server.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(HttpStatusCode.OK, (await server.ReadAsync(Basic("ana", Secret))).Status);
        Assert.Equal(2, server.Check.CostlyChecks);
    }

    [Fact]
    public async Task A_remembered_secret_does_not_let_another_one_in()
    {
        await using var server = await StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.ReadAsync(Basic("ana", Secret))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.ReadAsync(Basic("ana", Secret + "x"))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.ReadAsync(Basic("an", "a" + Secret))).Status);
    }

    [Fact]
    public async Task A_changed_file_is_in_force_at_once_for_secrets_that_were_remembered_too()
    {
        await using var server = await StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.ReadAsync(Basic("ana", Secret))).Status);

        server.Rewrite($$"""{ "users": [ {{Entry("ana", "reader", "another")}} ] }""");

        Assert.Equal(HttpStatusCode.Unauthorized, (await server.ReadAsync(Basic("ana", Secret))).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.ReadAsync(Basic("ana", "another"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.SendAsync(HttpMethod.Post, Create, Basic("ana", "another"), """{"name":"m"}""")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.ReadAsync(new AuthenticationHeaderValue("Bearer", Token))).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ \"users\": [")]
    [InlineData("{ }")]
    [InlineData("{ \"users\": [ { \"name\": \"ana\", \"role\": \"writer\", \"secret\": \"plain-text-secret\" } ] }")]
    [InlineData("{ \"users\": [ { \"name\": \"ana\", \"role\": \"king\", \"tokens\": [\"sha256$AAAA\"] } ] }")]
    [InlineData("{ \"users\": [ { \"name\": \"ana\", \"role\": \"writer\", \"pasword\": \"plain-text-secret\" } ] }")]
    public async Task A_broken_file_leaves_the_users_before_in_force_and_is_logged_without_what_stands_there(string broken)
    {
        await using var server = await StartAsync();
        server.Rewrite(broken);
        Assert.Equal(HttpStatusCode.OK, (await server.ReadAsync(Basic("ana", Secret))).Status);
        Assert.Contains("can't be read, so those before stay in force", server.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("plain-text-secret", server.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_away_leaves_the_users_in_force_and_is_said_once()
    {
        await using var server = await StartAsync();
        File.Delete(server.UsersPath);
        for (var i = 0; i < 3; i++)
        {
            server.Time.Advance(TimeSpan.FromSeconds(3));
            Assert.Equal(HttpStatusCode.OK, (await server.ReadAsync(Basic("ana", Secret))).Status);
        }

        Assert.Equal(2, server.Log.Text.Split("can't be read, so those before stay in force").Length);
    }

    [Fact]
    public async Task Who_fails_too_often_waits_and_others_do_not()
    {
        await using var server = await StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.ReadAsync(Basic("adam", Secret))).Status);
        for (var i = 0; i < 5; i++) Assert.Equal(HttpStatusCode.Unauthorized, (await server.ReadAsync(Basic("ana", $"wrong{i}"))).Status);
        var before = server.Check.CostlyChecks;

        var slowed = await server.ReadAsync(Basic("ana", Secret));
        Assert.Equal(HttpStatusCode.TooManyRequests, slowed.Status);
        Assert.Equal(TimeSpan.FromSeconds(1), slowed.RetryAfter);
        Assert.Contains("REQUEST_LIMIT_EXCEEDED", slowed.Body, StringComparison.Ordinal);
        Assert.Equal(before, server.Check.CostlyChecks);
        Assert.Equal(HttpStatusCode.OK, (await server.ReadAsync(Basic("ria", Secret))).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.ReadAsync(Basic("adam", Secret))).Status);

        server.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await server.ReadAsync(Basic("ana", Secret))).Status);
    }

    [Fact]
    public async Task Many_first_requests_at_once_with_the_same_right_secret_are_all_let_in()
    {
        await using var server = await StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => server.ReadAsync(Basic("ana", Secret))));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
    }

    [Fact]
    public async Task No_secret_and_no_token_is_ever_in_the_log_or_in_an_answer()
    {
        await using var server = await StartAsync();
        string[] secrets = [Secret, "guessed-secret", "secret-as-name", Token, "lct_guessed-token"];
        AuthenticationHeaderValue[] all =
        [
            Basic("ana", Secret), Basic("ana", "guessed-secret"), Basic("secret-as-name", ""), Basic("ria", Secret),
            new("Bearer", Token), new("Bearer", "lct_guessed-token"), new("Digest", "guessed-secret"),
        ];
        var answers = new StringBuilder();
        foreach (var who in all)
        {
            answers.Append((await server.ReadAsync(who)).Body);
            answers.Append((await server.SendAsync(HttpMethod.Post, Create, who, """{"name":"fraud"}""")).Body);
        }

        Assert.Contains("for ana: wrong credentials", server.Log.Text, StringComparison.Ordinal);
        foreach (var secret in secrets.SelectMany(secret => new[] { secret, Convert.ToBase64String(Encoding.UTF8.GetBytes("ana:" + secret)) }))
        {
            Assert.DoesNotContain(secret, server.Log.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, answers.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Every_change_of_the_registry_is_in_the_ledger_under_its_user()
    {
        await using var server = await StartAsync();
        await server.SendAsync(HttpMethod.Post, Create, Basic("ana", Secret), """{"name":"fraud"}""");
        await server.SendAsync(HttpMethod.Delete, Delete, Basic("adam", Secret), """{"name":"fraud"}""");
        Assert.Equal(["ana", "adam"], (await server.Tracker.Models.ReadLedgerAsync().ToListAsync()).Select(entry => entry.Actor));
    }

    [Theory]
    [InlineData("Host", "attacker.example")]
    [InlineData("Origin", "https://attacker.example")]
    public async Task A_page_of_somebody_else_changes_nothing_even_with_the_browser_s_credentials(string header, string value)
    {
        await using var server = await StartAsync();
        var answer = await server.SendAsync(HttpMethod.Post, Create, Basic("ana", Secret), """{"name":"fraud"}""", request => request.Headers.Add(header, value));
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Contains("PERMISSION_DENIED", answer.Body, StringComparison.Ordinal);
        Assert.Empty(await server.Tracker.Models.ReadLedgerAsync().ToListAsync());
    }
}
