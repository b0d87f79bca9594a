using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Server;

/// <summary>One who may come in. What is remembered of a check goes with the version of the file that it was made against.</summary>
internal sealed class User(string name, Role role, SecretHash? secret, byte[][] tokens)
{
    private volatile Remembered? _remembered;

    public string Name => name;

    public Role Role => role;

    public SecretHash? Secret => secret;

    public byte[][] Tokens => tokens;

    public bool Remembers(UInt128 credential, DateTimeOffset now) => _remembered is { } last && last.Credential == credential && now < last.Until;

    public void Remember(UInt128 credential, DateTimeOffset until) => _remembered = new Remembered(credential, until);

    private sealed record Remembered(UInt128 Credential, DateTimeOffset Until);
}

/// <summary>The users of one version of the file.</summary>
internal sealed class UserTable
{
    private const int MaxName = 250;
    private readonly Dictionary<string, User> _users = new(StringComparer.Ordinal);

    private UserTable()
    {
    }

    /// <summary>What a check costs, whoever is asked for.</summary>
    public int Iterations { get; private set; }

    public SecretHash Decoy { get; private set; } = SecretHash.Decoy(SecretHash.NewIterations);

    public User? Find(string name) => _users.GetValueOrDefault(name);

    /// <summary>The owner of a token. Looks at all of them, each in constant time.</summary>
    public User? FindByToken(ReadOnlySpan<byte> token)
    {
        var hash = TokenHash.Of(token);
        User? found = null;
        foreach (var user in _users.Values)
        {
            foreach (var own in user.Tokens)
                if (CryptographicOperations.FixedTimeEquals(own, hash)) found = user;
        }

        return found;
    }

    /// <exception cref="InvalidDataException">The file is not one of users. The message has no part of a secret.</exception>
    public static UserTable Parse(ReadOnlySpan<byte> json)
    {
        UserFile? file;
        try
        {
            file = JsonSerializer.Deserialize(json, UserJson.Default.UserFile);
        }
        catch (JsonException exception)
        {
            // Its own message may quote what stands there.
            throw new InvalidDataException(FormattableString.Invariant($"Line {exception.LineNumber + 1} is not JSON of users, or has a field that is not known."));
        }

        var table = new UserTable();
        foreach (var entry in file?.Users ?? throw new InvalidDataException("There is no list \"users\"."))
        {
            var user = ToUser(entry ?? throw new InvalidDataException("A user is null."));
            if (!table._users.TryAdd(user.Name, user)) throw new InvalidDataException($"The user '{NameRules.Shorten(user.Name)}' is there twice.");
            table.Iterations = Math.Max(table.Iterations, user.Secret?.Iterations ?? 0);
        }

        if (table.Iterations == 0) table.Iterations = SecretHash.NewIterations;
        table.Decoy = SecretHash.Decoy(table.Iterations);
        return table;
    }

    private static User ToUser(UserEntry entry)
    {
        if (entry.Name is not { Length: > 0 and <= MaxName } name || name.Contains(':') || name.Any(char.IsControl) || string.IsNullOrWhiteSpace(name))
            throw new InvalidDataException("A user's name is missing, too long, or has ':' or control characters.");
        var shown = NameRules.Shorten(name);
        if (!Roles.TryParse(entry.Role ?? "", out var role)) throw new InvalidDataException($"The role of '{shown}' is none of reader, writer and admin.");
        if (entry is { Secret: null, Tokens: null or [] }) throw new InvalidDataException($"'{shown}' has neither a secret nor a token.");
        var secret = entry.Secret is { } text ? SecretHash.Parse(text) ?? throw new InvalidDataException($"The secret of '{shown}' is not pbkdf2-sha256$… as LifecycleUsers.HashSecret makes it.") : null;
        return new User(name, role, secret, [.. (entry.Tokens ?? []).Select(token => TokenHash.TryParse(token ?? "", out var hash)
            ? hash : throw new InvalidDataException($"A token of '{shown}' is not sha256$… as LifecycleUsers.HashToken makes it."))]);
    }
}

internal sealed record UserFile(IReadOnlyList<UserEntry?>? Users);

internal sealed record UserEntry(string? Name, string? Role, string? Secret, IReadOnlyList<string?>? Tokens);

/// <summary>An unknown field is refused: a mistyped one would leave a user without what it was to say.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(UserFile))]
internal sealed partial class UserJson : JsonSerializerContext;
