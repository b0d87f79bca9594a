namespace Lifecycle.Sdk.Server;

/// <summary>What a user may do; each includes the ones before it.</summary>
internal enum Role
{
    None,
    Reader,
    Writer,
    Admin,
}

/// <summary>The names of roles.</summary>
internal static class Roles
{
    private static readonly string[] Names = ["reader", "writer", "admin"];

    public static bool TryParse(string name, out Role role)
    {
        role = (Role)(Array.IndexOf(Names, name) + 1);
        return role != Role.None;
    }

    public static string NameOf(Role role) => Names[(int)role - 1];

    /// <summary>The names of the roles that include a role.</summary>
    public static string[] AtLeast(Role role) => Names[((int)role - 1)..];
}
