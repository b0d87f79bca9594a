using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Lifecycle.Sdk.Server.Tests;

public sealed class SecretTests
{
    [Fact]
    public void A_new_hash_fits_its_secret_alone_and_is_salted()
    {
        var text = LifecycleUsers.HashSecret("pässword");
        var hash = SecretHash.Parse(text)!;
        Assert.Equal(600_000, hash.Iterations);
        Assert.True(hash.Fits(Encoding.UTF8.GetBytes("pässword")));
        Assert.False(hash.Fits("passwort"u8));
        Assert.NotEqual(text, LifecycleUsers.HashSecret("pässword"));
    }

    [Fact]
    public void A_hash_made_elsewhere_fits()
    {
        // python3: hashlib.pbkdf2_hmac("sha256", b"secret", bytes(range(16)), 10000)
        var hash = SecretHash.Parse("pbkdf2-sha256$10000$AAECAwQFBgcICQoLDA0ODw==$OImOyGKQvA8WMIN8WwuclUZFDykpCY/RxWOLBTOe8fg=")!;
        Assert.True(hash.Fits("secret"u8));
    }

    [Theory]
    [InlineData("")]
    [InlineData("secret")]
    [InlineData("pbkdf2-sha1$600000$AAECAwQFBgcICQoLDA0ODw==$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")]
    [InlineData("pbkdf2-sha256$1$AAECAwQFBgcICQoLDA0ODw==$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")]
    [InlineData("pbkdf2-sha256$600000$AAEC$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")]
    [InlineData("pbkdf2-sha256$600000$AAECAwQFBgcICQoLDA0ODw==$AAEC")]
    [InlineData("pbkdf2-sha256$600000$AAECAwQFBgcICQoLDA0ODw==$%%%")]
    public void What_is_no_hash_or_a_weak_one_is_not_taken(string text) => Assert.Null(SecretHash.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("two\nlines")]
    public void A_secret_that_no_client_could_send_is_refused(string secret) => Assert.Throws<ArgumentException>(() => LifecycleUsers.HashSecret(secret));

    [Fact]
    public void A_thought_up_token_is_refused_and_a_random_one_is_not()
    {
        Assert.Throws<ArgumentException>(() => LifecycleUsers.HashToken("my-token"));
        var token = LifecycleUsers.CreateToken();
        Assert.NotEqual(token, LifecycleUsers.CreateToken());
        Assert.True(TokenHash.TryParse(LifecycleUsers.HashToken(token), out var hash));
        Assert.Equal(TokenHash.Of(Encoding.UTF8.GetBytes(token)), hash);
    }

    [Fact]
    public void The_wait_doubles_up_to_its_longest_and_is_forgotten()
    {
        var time = new FakeTimeProvider();
        var limiter = new AttemptLimiter(time, 2, TimeSpan.FromSeconds(4));
        var waits = new List<double>();
        Assert.Equal(TimeSpan.Zero, limiter.Begin(1));
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(TimeSpan.Zero, limiter.Begin(1));
            waits.Add(limiter.Begin(1).TotalSeconds);
            Assert.Equal(TimeSpan.Zero, limiter.Begin(2));
            limiter.Succeed(2, forgive: true);
            time.Advance(TimeSpan.FromSeconds(waits[^1]));
        }

        Assert.Equal([1, 2, 4, 4], waits);
        time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(TimeSpan.Zero, limiter.Begin(1));
        Assert.Equal(TimeSpan.Zero, limiter.Begin(1));
    }

    [Fact]
    public void However_many_fail_the_memory_of_it_is_bounded()
    {
        var limiter = new AttemptLimiter(new FakeTimeProvider(), 2, TimeSpan.FromSeconds(4));
        for (UInt128 key = 0; key < 3 * AttemptLimiter.Capacity; key++) limiter.Begin(key);
        Assert.InRange(limiter.Count, 1, AttemptLimiter.Capacity);
    }

    [Theory]
    [InlineData("10.0.0.7", 1)]
    [InlineData("127.0.0.1", 0)]
    [InlineData("::1", 0)]
    public void Plain_http_from_elsewhere_is_warned_of_once(string address, int warnings)
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, UsersServer.StandardUsers);
        using var log = new KeptLog();
        using var check = new UserCheck(new UserDirectory(path, TimeProvider.System, NullLogger.Instance), TimeSpan.Zero, TimeProvider.System, log);
        File.Delete(path);
        for (var i = 0; i < 3; i++) check.NotePlainHttp(IPAddress.Parse(address));
        Assert.Equal(warnings, log.Text.Split("over plain http").Length - 1);
    }
}
