using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Sdk.Server;

/// <summary>Says who stands behind credentials. A right secret costs its PBKDF2 once in a while, a wrong one each time, and the same whether or not the user exists.</summary>
internal sealed class UserCheck(UserDirectory directory, TimeSpan rememberFor, TimeProvider time, ILogger logger) : IDisposable
{
    private const int FreePerUser = 5;
    private const int FreePerAddress = 100;

    // Random for each process: what is kept in memory can be compared with nothing outside of it.
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly SemaphoreSlim _costly = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly ConcurrentDictionary<(UserTable, UInt128, IPAddress), Lazy<Task<Verdict>>> _running = new();
    private readonly AttemptLimiter _byUser = new(time, FreePerUser, TimeSpan.FromMinutes(1));
    private readonly AttemptLimiter _byAddress = new(time, FreePerAddress, TimeSpan.FromSeconds(1));
    private long _costlyChecks;
    private int _saidPlainHttp;

    /// <summary>How many checks have cost their PBKDF2.</summary>
    public long CostlyChecks => Interlocked.Read(ref _costlyChecks);

    public void Dispose() => _costly.Dispose();

    public ValueTask<Verdict> CheckSecretAsync(string name, byte[] secret, IPAddress address, CancellationToken cancellationToken)
    {
        var table = directory.Current();
        var user = table.Find(name);
        var credential = Mark(Encoding.UTF8.GetBytes(name), secret);
        if (user is not null && user.Remembers(credential, time.GetUtcNow())) return new(new Verdict(user, user, TimeSpan.Zero));
        // A client that starts with many requests at once is checked once, and counts as one attempt.
        var key = (table, credential, address);
        var check = _running.GetOrAdd(key, _ => new Lazy<Task<Verdict>>(() => Task.Run(() => TryAsync(key, user, name, secret), CancellationToken.None)));
        return new(check.Value.WaitAsync(cancellationToken));
    }

    /// <summary>Tokens can't be guessed, so that a right one is never kept waiting.</summary>
    public Verdict CheckToken(ReadOnlySpan<byte> token, IPAddress address)
    {
        if (directory.Current().FindByToken(token) is { } user) return new Verdict(user, user, TimeSpan.Zero);
        return new Verdict(null, null, _byAddress.Begin(Mark(Network(address), [])));
    }

    /// <summary>Warns, once, when credentials travel where others can read them.</summary>
    public void NotePlainHttp(IPAddress address)
    {
        if (!IPAddress.IsLoopback(address) && Interlocked.Exchange(ref _saidPlainHttp, 1) == 0) SecurityLog.PlainHttp(logger, address.ToString());
    }

    private async Task<Verdict> TryAsync((UserTable Table, UInt128 Credential, IPAddress Address) key, User? user, string name, byte[] secret)
    {
        try
        {
            var network = Network(key.Address);
            var (byAddress, byUser) = (Mark(network, []), Mark(Encoding.UTF8.GetBytes(name), network));
            if (_byUser.Begin(byUser) is { Ticks: > 0 } wait) return new Verdict(null, user, wait);
            if (_byAddress.Begin(byAddress) is { Ticks: > 0 } waitOfAll)
            {
                _byUser.Succeed(byUser, forgive: false);
                return new Verdict(null, user, waitOfAll);
            }

            if (!await FitsAsync(key.Table, user, secret).ConfigureAwait(false)) return new Verdict(null, user, TimeSpan.Zero);
            _byUser.Succeed(byUser, forgive: true);
            _byAddress.Succeed(byAddress, forgive: false);
            user!.Remember(key.Credential, time.GetUtcNow() + rememberFor);
            return new Verdict(user, user, TimeSpan.Zero);
        }
        finally
        {
            _running.TryRemove(key, out _);
        }
    }

    private async Task<bool> FitsAsync(UserTable table, User? user, byte[] secret)
    {
        await _costly.WaitAsync().ConfigureAwait(false);
        try
        {
            Interlocked.Increment(ref _costlyChecks);
            var hash = user?.Secret ?? table.Decoy;
            if (hash.Fits(secret) && user?.Secret is not null) return true;
            // An older hash with fewer iterations must not give away that its user exists.
            SecretHash.Spend(table.Iterations - hash.Iterations);
            return false;
        }
        finally
        {
            _costly.Release();
        }
    }

    /// <summary>Tells credentials apart without keeping them. Not a secret's own comparison: who does not know the key can't come closer step by step.</summary>
    private UInt128 Mark(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Span<byte> length = stackalloc byte[sizeof(int)], mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt32LittleEndian(length, first.Length);
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hmac.AppendData(length);
        hmac.AppendData(first);
        hmac.AppendData(second);
        hmac.GetHashAndReset(mac);
        return BinaryPrimitives.ReadUInt128LittleEndian(mac);
    }

    /// <summary>The address, or with IPv6 the network of which one subscriber owns every address.</summary>
    private static byte[] Network(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        return bytes.Length == 16 ? bytes[..8] : bytes;
    }
}

/// <summary>The outcome of a check.</summary>
/// <param name="User">Who it is; null: the credentials are wrong, or were not looked at.</param>
/// <param name="Asked">The known user who was asked for.</param>
/// <param name="Wait">How long to wait before they are looked at; zero: they were.</param>
internal readonly record struct Verdict(User? User, User? Asked, TimeSpan Wait);
