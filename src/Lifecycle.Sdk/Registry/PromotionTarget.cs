using System.Diagnostics.CodeAnalysis;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>What a version can be promoted to: an alias or a stage. Written <c>@champion</c> and <c>/Production</c>, as in references.</summary>
public readonly record struct PromotionTarget
{
    private readonly string? _text;

    private PromotionTarget(string text) => _text = text;

    /// <summary>The alias without its sign; null for a stage.</summary>
    public string? AliasName => _text is ['@', .. var alias] ? alias : null;

    /// <summary>The stage; null for an alias.</summary>
    public ModelStage? StageName => _text is ['/', .. var stage] ? Enum.Parse<ModelStage>(stage) : null;

    /// <summary>An alias.</summary>
    /// <param name="alias">Letters, digits, <c>_</c> and <c>-</c>; not <c>latest</c>, not <c>v</c> and a number.</param>
    /// <returns>The target.</returns>
    /// <exception cref="ArgumentException">The alias breaks a rule.</exception>
    public static PromotionTarget Alias(string alias)
    {
        NameRules.RequireModelAlias(alias);
        return new PromotionTarget($"@{alias}");
    }

    /// <summary>A stage.</summary>
    /// <param name="stage">The stage.</param>
    /// <returns>The target.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such stage.</exception>
    public static PromotionTarget Stage(ModelStage stage) => Enum.IsDefined(stage)
        ? new PromotionTarget($"/{stage}")
        : throw new ArgumentOutOfRangeException(nameof(stage), stage, "There is no such stage.");

    /// <summary>Reads a target.</summary>
    /// <param name="text">For example <c>@champion</c> or <c>/Production</c>.</param>
    /// <returns>The target.</returns>
    /// <exception cref="FormatException">The text is neither an alias nor a stage.</exception>
    public static PromotionTarget Parse(string text) =>
        TryParse(text, out var target) ? target : throw new FormatException($"'{NameRules.Shorten(text ?? "")}' is neither an alias (@champion) nor a stage (/Production).");

    /// <summary>Reads a target if it is one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="target">The target.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out PromotionTarget target)
    {
        target = default;
        if (text is ['@', .. var alias] && NameRules.FindModelAliasFault(alias) is null) target = new PromotionTarget(text);
        else if (text is ['/', .. var name] && ModelReference.TryParseStage(name, out var stage)) target = Stage(stage);
        else return false;
        return true;
    }

    /// <summary>The target as references write it.</summary>
    /// <returns>For example <c>@champion</c>; empty for <c>default</c>.</returns>
    public override string ToString() => _text ?? "";
}
