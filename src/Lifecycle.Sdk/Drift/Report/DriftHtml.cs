using System.Globalization;
using System.Net;
using System.Text;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// The report as one page: a summary, a table of all columns, then a card with a histogram per column, drifted ones first. All that comes
/// from data (names, categories, types) passes through <see cref="Text"/>.
/// </summary>
internal static class DriftHtml
{
    public static string Write(DriftReport report, string title)
    {
        var page = new StringBuilder(4096 + (4096 * report.Columns.Count));
        page.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n")
            .Append("<title>").Append(Text(title)).Append("</title>\n<style>").Append(DriftHtmlStyle.Css)
            .Append("</style>\n</head>\n<body>\n<h1>").Append(Text(title)).Append("</h1>\n");
        AppendSummary(page, report);
        (ColumnDrift Column, int Index)[] ordered =
        [
            .. report.Columns.Select((column, index) => (column, index))
                .OrderByDescending(pair => pair.column.Drifted).ThenBy(pair => SmallestPValue(pair.column)),
        ];
        if (ordered.Length > 0)
        {
            AppendTable(page, ordered);
            page.Append("<p class=\"legend\"><i class=\"r\"></i> reference <i class=\"c\"></i> current ")
                .Append("&nbsp; (share of the present values)</p>\n<main>\n");
            foreach (var (column, index) in ordered) AppendCard(page, column, index);
            page.Append("</main>\n");
        }

        return page.Append("</body>\n</html>\n").ToString();
    }

    private static void AppendSummary(StringBuilder page, DriftReport report)
    {
        int drifted = report.Columns.Count(column => column.Drifted);
        page.Append("<section class=\"tiles\">");
        AppendTile(page, Invariant($"{drifted} of {report.Columns.Count}"), "columns drifted", drifted > 0);
        AppendTile(page, report.ReferenceRows.ToString("N0", CultureInfo.InvariantCulture), "reference rows", false);
        AppendTile(page, report.CurrentRows.ToString("N0", CultureInfo.InvariantCulture), "current rows", false);
        int changes = report.SchemaChanges.Count;
        AppendTile(page, Invariant($"{changes}"), "schema changes", changes > 0);
        page.Append("</section>\n<ul class=\"notes\">");
        foreach (string line in DriftText.Summary(report).Skip(1)) page.Append("<li>").Append(Text(line)).Append("</li>");
        page.Append("</ul>\n");
    }

    private static void AppendTile(StringBuilder page, string value, string label, bool isAlarm) => page
        .Append(isAlarm ? "<div class=\"alarm\"><b>" : "<div><b>").Append(value).Append("</b><span>").Append(label).Append("</span></div>");

    private static void AppendTable(StringBuilder page, (ColumnDrift Column, int Index)[] columns)
    {
        page.Append("<div class=\"scroll\"><table>\n<thead><tr><th>column</th><th>drift</th><th>test</th><th class=\"n\">statistic</th>")
            .Append("<th class=\"n\">threshold</th><th class=\"n\">adjusted p</th>")
            .Append("<th class=\"n\">effect</th><th class=\"n\">detectable from</th><th class=\"n\">missing</th></tr></thead>\n<tbody>\n");
        foreach (var (column, index) in columns)
        {
            page.Append("<tr><td><a href=\"#c").Append(index).Append("\">").Append(Text(column.Name)).Append("</a></td><td>")
                .Append(Badge(column)).Append("</td>");
            if (column.Values is { } test)
            {
                AppendCell(page, DriftText.Describe(test.Test), isNumber: false);
                AppendCell(page, DriftText.Number(test.Statistic));
                AppendCell(page, DriftText.Number(test.Threshold));
                AppendCell(page, DriftText.PValue(test.AdjustedPValue));
                AppendCell(page, DriftText.Number(test.EffectSize) + " " + test.EffectSizeName);
                AppendCell(page, DriftText.Number(test.SmallestDetectableEffect));
            }
            else
            {
                page.Append("<td colspan=\"6\">no values to compare</td>");
            }

            AppendCell(page, Missing(column));
            page.Append("</tr>\n");
        }

        page.Append("</tbody></table></div>\n");
    }

    private static void AppendCell(StringBuilder page, string text, bool isNumber = true) =>
        page.Append(isNumber ? "<td class=\"n\">" : "<td>").Append(Text(text)).Append("</td>");

    private static void AppendCard(StringBuilder page, ColumnDrift column, int index)
    {
        page.Append("<article id=\"c").Append(index).Append("\">\n<h2>").Append(Text(column.Name))
            .Append(" <small>").Append(Text(column.Type)).Append("</small> ").Append(Badge(column)).Append("</h2>\n");
        DriftSvg.Append(page, column);
        page.Append("<dl>");
        if (column.Values is { } values) AppendTest(page, "values", values);
        if (column.Missing is { } missing) AppendTest(page, "missing", missing);
        AppendItem(page, "rows", Invariant($"{column.ReferenceCount:N0} against {column.CurrentCount:N0}; missing {Missing(column)}"));
        if (DriftText.NewCategories(column) is { } news) AppendItem(page, "new", news);
        page.Append("</dl>\n</article>\n");
    }

    private static void AppendTest(StringBuilder page, string name, DriftTestResult test)
    {
        string threshold = test.Threshold is { } limit ? ", threshold " + DriftText.Number(limit) : "";
        AppendItem(page, name, $"{DriftText.Describe(test.Test)} {DriftText.Number(test.Statistic)}{threshold}, "
            + $"p {DriftText.PValue(test.PValue)}, adjusted {DriftText.PValue(test.AdjustedPValue)}; "
            + $"effect {DriftText.Number(test.EffectSize)} {test.EffectSizeName}, "
            + $"detectable from {DriftText.Number(test.SmallestDetectableEffect)} ({test.Method})");
    }

    private static void AppendItem(StringBuilder page, string name, string text) =>
        page.Append("<dt>").Append(name).Append("</dt><dd>").Append(Text(text)).Append("</dd>");

    private static string Badge(ColumnDrift column)
    {
        if (!column.Drifted) return $"<span class=\"badge\">{(column.Values is null ? "not compared" : "no drift")}</span>";
        bool values = column.Values is { Drifted: true }, missing = column.Missing is { Drifted: true };
        return $"<span class=\"badge alarm\">{(values && missing ? "drift, missing" : values ? "drift" : "missing")}</span>";
    }

    private static string Missing(ColumnDrift column) =>
        Percent(column.ReferenceMissing, column.ReferenceCount) + " → " + Percent(column.CurrentMissing, column.CurrentCount);

    private static string Percent(long missing, long present) =>
        missing == 0 ? "0 %" : Invariant($"{100.0 * missing / (missing + present):G3} %");

    private static double SmallestPValue(ColumnDrift column) => Math.Min(column.Values?.PValue ?? 1, column.Missing?.PValue ?? 1);

    /// <summary>Text from data, safe between tags and inside quoted attributes; shortened, since a category may be a novel.</summary>
    public static string Text(string text)
    {
        const int Longest = 400;
        // Not in the middle of a surrogate pair, whose half would not be text.
        int length = text.Length <= Longest ? text.Length : Longest - (char.IsHighSurrogate(text[Longest - 1]) ? 1 : 0);
        return WebUtility.HtmlEncode(length == text.Length ? text : text[..length] + "…");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
