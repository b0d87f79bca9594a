using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>How a run starts. All of it is optional.</summary>
public sealed record RunOptions
{
    /// <summary>The run's name, 1 to 500 characters; made up if null.</summary>
    public string? Name { get; init; }

    /// <summary>The run's id; made here if null. An id that the store knows continues that run without superseding anything.</summary>
    public RunId? Id { get; init; }

    /// <summary>The run that this one is nested in.</summary>
    public RunId? Parent { get; init; }

    /// <summary>Tags to begin with.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>A description; becomes the tag <c>mlflow.note.content</c>, which other tools show as the note.</summary>
    public string? Note { get; init; }

    /// <summary>What to record besides what the program logs; null takes the tracker's setting.</summary>
    public CaptureOptions? Capture { get; init; }

    internal void Validate()
    {
        if (Name is not null) NameRules.RequireRunName(Name);
        foreach (var (name, value) in Tags)
        {
            NameRules.RequireTagName(name);
            NameRules.RequireValue(value, $"value of tag '{name}'");
        }

        if (Note is not null) NameRules.RequireValue(Note, "note");
    }
}
