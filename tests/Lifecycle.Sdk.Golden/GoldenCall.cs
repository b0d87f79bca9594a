using System.Globalization;
using System.Text.RegularExpressions;

namespace Lifecycle.Sdk.Golden;

/// <summary>
/// The expression that made the wanted values, as far as a kind has to know it. It keeps count of the keyword arguments that were read:
/// one that nobody read would change the wanted values without changing what is computed, so it fails the case.
/// </summary>
internal sealed partial class GoldenCall(string text)
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    public string Text => text;

    /// <summary>The keyword arguments of the call, and of calls inside of it, that were not asked for.</summary>
    public IEnumerable<string> UnreadKeywords => Keyword().Matches(text).Select(match => match.Groups[1].Value)
        .Where(keyword => !_read.Contains(keyword)).Distinct(StringComparer.Ordinal);

    /// <summary>The text of a keyword argument without quotes, or null: <c>method='exact'</c> gives <c>exact</c>.</summary>
    public string? Argument(string keyword)
    {
        _read.Add(keyword);
        var match = Regex.Match(text, $@"(?<![\w.]){Regex.Escape(keyword)}\s*=\s*(?:'([^']*)'|""([^""]*)""|([^,()\s]+))");
        return match.Success ? match.Groups.Values.Skip(1).First(group => group.Success).Value : null;
    }

    /// <summary>An argument that is given by position or under one of its names, or null.</summary>
    public string? Argument(int position, params ReadOnlySpan<string> names)
    {
        string? found = null;
        foreach (var name in names)
            found = Argument(name) ?? found;
        var positional = Positional();
        return found ?? (position < positional.Count ? positional[position].Trim('\'', '"') : null);
    }

    /// <summary>Reads a keyword argument that may be left out and otherwise has one meaning that the kind computes.</summary>
    public void Require(string keyword, string onlyValue)
    {
        if (Argument(keyword) is { } given && given != onlyValue)
            throw Unknown(keyword, given);
    }

    /// <summary>A keyword argument that is a number; <paramref name="fallback"/>, the reference's own default, where it is left out.</summary>
    public double Number(string keyword, double fallback) =>
        Argument(keyword) is { } value ? double.Parse(value, CultureInfo.InvariantCulture) : fallback;

    /// <summary>A keyword argument that is a whole number.</summary>
    public int Whole(string keyword, int fallback) =>
        Argument(keyword) is { } value ? int.Parse(value, CultureInfo.InvariantCulture) : fallback;

    /// <summary>A keyword argument that is <c>True</c> or <c>False</c>.</summary>
    public bool Flag(string keyword, bool fallback) => Argument(keyword) switch
    {
        null => fallback,
        "True" => true,
        "False" => false,
        var other => throw Unknown(keyword, other),
    };

    /// <summary>What a kind throws for a value that it does not compute; not an argument error, which would count as a refusal.</summary>
    public static FormatException Unknown(string keyword, string? value) => new($"The value '{value}' of {keyword} is not known.");

    /// <summary>The plain numbers among the arguments, in order: <c>kstwo.sf(0.3, 5)</c> gives 0.3 and 5.</summary>
    public double[] PositionalNumbers() =>
        [.. NumberArgument().Matches(text).Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];

    // The positional arguments of the outermost call.
    private List<string> Positional()
    {
        var arguments = new List<string>();
        int depth = 0, start = text.IndexOf('(', StringComparison.Ordinal) + 1;
        for (var i = start; start > 0 && i < text.Length && depth >= 0; i++)
        {
            if (text[i] is '(' or '[')
                depth++;
            else if (text[i] is ')' or ']')
                depth--;
            if (depth < 0 || (depth == 0 && text[i] == ','))
            {
                arguments.Add(text[start..i].Trim());
                start = i + 1;
            }
        }

        arguments.RemoveAll(argument => Keyword().IsMatch(argument));
        return arguments;
    }

    [GeneratedRegex(@"(?<![\w.])([A-Za-z_]\w*)\s*=(?!=)")]
    private static partial Regex Keyword();

    [GeneratedRegex(@"(?<=[(,]\s*)([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?=\s*[,)])")]
    private static partial Regex NumberArgument();
}
