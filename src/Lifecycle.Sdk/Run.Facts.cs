using System.Collections.Concurrent;
using System.Text.Json.Serialization.Metadata;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

public sealed partial class Run
{
    /// <summary>The tag that holds a run's description; MLflow and its tools show it as the note.</summary>
    public const string NoteTag = "mlflow.note.content";

    private ConcurrentDictionary<string, ParamValue>? _params;

    /// <summary>Logs a param: something that does not change during the run. The same value again is fine.</summary>
    /// <param name="name">1 to 250 characters, no control characters.</param>
    /// <param name="value">Text, integer, double or Boolean; converts by itself. Text has at most 65,536 characters.</param>
    /// <returns>This run.</returns>
    /// <exception cref="ArgumentException">The name or value breaks a rule.</exception>
    /// <exception cref="InvalidOperationException">The param has another value already.</exception>
    public Run LogParam(string name, ParamValue value)
    {
        NameRules.RequireParamName(name);
        NameRules.RequireValue(value.ToString(), $"value of param '{name}'");
        var known = LazyInitializer.EnsureInitialized(ref _params, () => new(StringComparer.Ordinal)).GetOrAdd(name, value);
        if (known != value)
            throw new InvalidOperationException(
                $"Param '{name}' of run {Id} is {known.Kind} '{NameRules.Shorten(known.ToString())}' and can't become {value.Kind} '{NameRules.Shorten(value.ToString())}': "
                + "a param is written once. Log what changes as a metric, or use another name.");
        _journal.Append(new ParamLogged(name, value));
        return this;
    }

    /// <summary>Logs several params.</summary>
    /// <param name="values">Names and values.</param>
    /// <returns>This run.</returns>
    /// <exception cref="ArgumentException">A name or value breaks a rule.</exception>
    /// <exception cref="InvalidOperationException">A param has another value already; those before it are logged.</exception>
    public Run LogParams(params ReadOnlySpan<(string Name, ParamValue Value)> values)
    {
        foreach (var (name, value) in values) LogParam(name, value);
        return this;
    }

    /// <summary>
    /// Logs every property of a record or options object as a param: nested names are joined with dots, numbers and Booleans keep
    /// their type, lists become JSON text, null becomes the text <c>null</c>.
    /// </summary>
    /// <typeparam name="T">The object's type.</typeparam>
    /// <param name="options">The object.</param>
    /// <param name="typeInfo">How it is serialised, from a <c>JsonSerializerContext</c>; its names are the param names.</param>
    /// <param name="prefix">Put before each name with a dot; none if null.</param>
    /// <returns>This run.</returns>
    /// <exception cref="ArgumentException">The object is not written as a JSON object, or a name or value breaks a rule.</exception>
    /// <exception cref="InvalidOperationException">A param has another value already.</exception>
    public Run LogParams<T>(T options, JsonTypeInfo<T> typeInfo, string? prefix = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(typeInfo);
        foreach (var (name, value) in ParamFlattener.Flatten(options, typeInfo, prefix)) LogParam(name, value);
        return this;
    }

    /// <summary>Sets a tag; the last value wins.</summary>
    /// <param name="name">1 to 250 characters, no control characters.</param>
    /// <param name="value">At most 65,536 characters.</param>
    /// <returns>This run.</returns>
    /// <exception cref="ArgumentException">The name or value breaks a rule.</exception>
    public Run SetTag(string name, string value)
    {
        NameRules.RequireTagName(name);
        NameRules.RequireValue(value, $"value of tag '{name}'");
        _journal.Append(new TagSet(name, value));
        return this;
    }

    /// <summary>Removes a tag; nothing happens if there is none.</summary>
    /// <param name="name">The tag.</param>
    /// <returns>This run.</returns>
    /// <exception cref="ArgumentException">The name breaks a rule.</exception>
    public Run RemoveTag(string name)
    {
        NameRules.RequireTagName(name);
        _journal.Append(new TagDeleted(name));
        return this;
    }

    /// <summary>Sets the run's description.</summary>
    /// <param name="note">Any text, at most 65,536 characters; Markdown is shown as such by many tools.</param>
    /// <returns>This run.</returns>
    /// <exception cref="ArgumentException">The note breaks a rule.</exception>
    public Run SetNote(string note) => SetTag(NoteTag, note);

    /// <summary>Records a dataset that the run uses.</summary>
    /// <param name="input">The dataset.</param>
    /// <returns>This run.</returns>
    /// <exception cref="ArgumentException">A property breaks a rule.</exception>
    public Run LogInput(DatasetInput input)
    {
        NameRules.RequireInput(input);
        _journal.Append(new InputLogged(input));
        return this;
    }
}
