using System.Globalization;
using System.Text;

namespace Lifecycle.Sdk;

/// <summary>Writes the model card of an exported version: what somebody who receives the package wants to read first. Plain Markdown; what users wrote stays text in it.</summary>
internal static class ModelCard
{
    public static string Write(PackageManifest manifest)
    {
        var card = new StringBuilder();
        card.Append(CultureInfo.InvariantCulture, $"# {Text(manifest.Model)}, version {manifest.Version}\n\n");
        if (manifest.Description is { } description) card.Append(CultureInfo.InvariantCulture, $"{Text(description)}\n\n");
        if (manifest.ModelDescription is { } model) card.Append(CultureInfo.InvariantCulture, $"{Text(model)}\n\n");
        Table(card, "Origin", "What", "Value", Origin(manifest));
        if (manifest.Run is { } run)
        {
            Table(card, "Metrics", "Metric", "Last (smallest to greatest)", run.Metrics.Select(metric => (metric.Key, Range(metric))));
            Table(card, "Params", "Param", "Value", run.Params.OrderBy(param => param.Key, StringComparer.Ordinal).Select(param => (param.Key, param.Value.ToString())));
            Table(card, "Data", "Dataset", "Digest", run.Inputs.Select(input => ($"{input.Name}{(input.Context is { } context ? $" ({context})" : "")}", input.Digest)));
        }

        Table(card, "Checks", "Check", "Result", (manifest.Checks ?? []).Select(check => (check.Name, $"{(check.Passed ? "passed" : "failed")} {check.Details}")));
        Table(card, "Approvals", "By", "For", (manifest.Approvals ?? []).Select(approval => (approval.Approver, $"{approval.Target}: {approval.Reason}")));
        Table(card, "Tags", "Tag", "Value", manifest.Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => (tag.Key, tag.Value)));
        Table(card, "Files", "File", "SHA-256", manifest.Artifacts.Select(file => ($"{file.Path} ({file.Size.ToString(CultureInfo.InvariantCulture)} bytes)", file.Sha256)));
        return card.ToString();
    }

    private static IEnumerable<(string, string)> Origin(PackageManifest manifest)
    {
        yield return ("Registered", $"{Time(manifest.CreationTime)} by {manifest.User}");
        yield return ("Exported", $"{Time(manifest.Exported.Time)} by {manifest.Exported.Actor} from {manifest.Exported.Store}");
        yield return ("Source", manifest.Source);
        if (manifest.Lineage is { } lineage)
        {
            yield return ("Run", $"{lineage.RunName} ({lineage.Run})");
            if (lineage.Experiment is { } experiment) yield return ("Experiment", experiment);
            if (lineage.GitCommit is { } commit) yield return ("Code", $"{lineage.GitRepository} {commit}{(lineage.GitDirty == true ? " with changes" : "")}".Trim());
        }

        if (manifest.ImportedFrom is { } origin) yield return ("Imported from", $"{origin.Model}/{origin.Version} of {origin.Store}");
    }

    private static string Range(PackageMetric metric) => metric is { Min: { } min, Max: { } max }
        ? string.Create(CultureInfo.InvariantCulture, $"{metric.Last.Value:R} ({min.Value:R} to {max.Value:R}, {metric.Count} points)")
        : string.Create(CultureInfo.InvariantCulture, $"{metric.Last.Value:R} ({metric.Count} points)");

    private static string Time(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static void Table(StringBuilder card, string title, string left, string right, IEnumerable<(string Left, string Right)> rows)
    {
        var any = false;
        foreach (var row in rows)
        {
            if (!any) card.Append(CultureInfo.InvariantCulture, $"## {title}\n\n| {left} | {right} |\n|---|---|\n");
            any = true;
            card.Append(CultureInfo.InvariantCulture, $"| {Text(row.Left)} | {Text(row.Right)} |\n");
        }

        if (any) card.Append('\n');
    }

    /// <summary>Text on one line that Markdown and HTML leave as it is.</summary>
    private static string Text(string text)
    {
        var safe = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsControl(c)) safe.Append(' ');
            else if (c == '<') safe.Append("&lt;");
            else if (c == '&') safe.Append("&amp;");
            else if (c is '|' or '\\' or '`' or '*' or '[' or ']' or '#' or '!') safe.Append('\\').Append(c);
            else safe.Append(c);
        }

        return safe.ToString().Trim();
    }
}
