using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>
/// Names one series of points: a metric name and its context, such as <c>subset=train</c>, <c>rank=0</c>, <c>fold=3</c>.
/// The canonical text is <c>loss</c> without a context and <c>loss{fold=3,subset=train}</c> with one, context names in ordinal
/// order; it is what searches, stores and exports use. Names are case-sensitive.
/// </summary>
public sealed class MetricKey : IEquatable<MetricKey>
{
    private readonly string _text;

    /// <summary>A series.</summary>
    /// <param name="name">The metric's name: 1 to 250 characters, no control characters, none of <c>{ }</c>.</param>
    /// <param name="context">Context names and values: 1 to 100 characters each, no control characters, none of <c>{ } = ,</c>.</param>
    /// <exception cref="ArgumentException">A name or value breaks its rule, or a context name repeats.</exception>
    public MetricKey(string name, params IEnumerable<KeyValuePair<string, string>> context)
    {
        NameRules.RequireMetricName(name);
        ArgumentNullException.ThrowIfNull(context);
        Name = name;
        var builder = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in context)
        {
            NameRules.RequireContextPart(key);
            NameRules.RequireContextPart(value);
            if (!builder.TryAdd(key, value)) throw new ArgumentException($"The context of metric '{name}' names '{key}' twice.", nameof(context));
        }

        Context = builder.ToImmutable();
        _text = Context.IsEmpty ? name : Compose(name, Context);
    }

    /// <summary>The metric's name.</summary>
    public string Name { get; }

    /// <summary>The context, sorted by name in ordinal order; empty if there is none.</summary>
    public ImmutableSortedDictionary<string, string> Context { get; }

    /// <summary>Reads the canonical text of a series.</summary>
    /// <param name="text">For example <c>loss</c> or <c>loss{subset=train}</c>.</param>
    /// <returns>The series.</returns>
    /// <exception cref="ArgumentException">The text is not a series name.</exception>
    public static MetricKey Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var brace = text.IndexOf('{', StringComparison.Ordinal);
        if (brace < 0) return new MetricKey(text);
        if (!text.EndsWith('}')) throw NotACanonicalText(text);
        var context = new List<KeyValuePair<string, string>>();
        foreach (var part in text[(brace + 1)..^1].Split(','))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) throw NotACanonicalText(text);
            context.Add(new(part[..equals], part[(equals + 1)..]));
        }

        return new MetricKey(text[..brace], context);
    }

    /// <summary>The canonical text of a series that is written in any order of its context.</summary>
    /// <exception cref="ArgumentException">The text is not a series name.</exception>
    internal static string Canonicalize(string text)
    {
        if (text.Contains('{', StringComparison.Ordinal)) return Parse(text).ToString();
        NameRules.RequireMetricName(text); // most names have no context: nothing to sort, and nothing to make for a first point
        return text;
    }

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] MetricKey? other) => other is not null && _text == other._text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MetricKey);

    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The canonical text.</summary>
    /// <returns>For example <c>loss{subset=train}</c>.</returns>
    public override string ToString() => _text;

    private static string Compose(string name, ImmutableSortedDictionary<string, string> context)
    {
        var text = new StringBuilder(name).Append('{');
        foreach (var (key, value) in context)
        {
            if (text[^1] != '{') text.Append(',');
            text.Append(key).Append('=').Append(value);
        }

        return text.Append('}').ToString();
    }

    private static ArgumentException NotACanonicalText(string text) =>
        new($"'{text}' is not a series name: write name or name{{key=value,key=value}}.", nameof(text));
}
