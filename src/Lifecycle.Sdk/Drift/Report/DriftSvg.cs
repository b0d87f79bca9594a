using System.Globalization;
using System.Text;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Histograms: upright bars side by side for numbers, lying bars with names for categories. Heights are shares of each side, so that
/// sizes do not matter; every bar has a tooltip.
/// </summary>
internal static class DriftSvg
{
    private const double Width = 400, Height = 130, Foot = 16, RowHeight = 22, NameWidth = 120;
    private const int LongestName = 18;

    public static void Append(StringBuilder page, ColumnDrift column)
    {
        double n = column.Histogram.Sum(bin => bin.Reference), m = column.Histogram.Sum(bin => bin.Current);
        if (column.Histogram.Count == 0 || n + m == 0) return;
        Bar[] bars =
        [
            .. column.Histogram.Select(bin => new Bar(bin, n > 0 ? bin.Reference / n : 0, m > 0 ? bin.Current / m : 0)),
        ];
        double largest = bars.Max(bar => Math.Max(bar.Reference, bar.Current));
        if (column.IsBinned) AppendUpright(page, bars, largest);
        else AppendLying(page, bars, largest);
    }

    private static void AppendUpright(StringBuilder page, Bar[] bars, double largest)
    {
        Open(page, Height + Foot);
        double step = Width / bars.Length, half = step * 0.42;
        for (int i = 0; i < bars.Length; i++)
        {
            page.Append("<g>");
            AppendTitle(page, bars[i]);
            double reference = Height * bars[i].Reference / largest, current = Height * bars[i].Current / largest;
            AppendRectangle(page, "r", (i * step) + (step * 0.08), Height - reference, half, reference);
            AppendRectangle(page, "c", (i * step) + (step * 0.5), Height - current, half, current);
            page.Append("</g>");
        }

        page.Append(CultureInfo.InvariantCulture, $"<line x1=\"0\" x2=\"{Width}\" y1=\"{Height}\" y2=\"{Height}\"/>");
        AppendText(page, 0, Height + 13, "start", bars[0].Bin.Label);
        AppendText(page, Width, Height + 13, "end", bars[^1].Bin.Label);
        page.Append("</svg>\n");
    }

    private static void AppendLying(StringBuilder page, Bar[] bars, double largest)
    {
        Open(page, bars.Length * RowHeight);
        double room = Width - NameWidth;
        for (int i = 0; i < bars.Length; i++)
        {
            double top = i * RowHeight;
            page.Append("<g>");
            AppendTitle(page, bars[i]);
            string label = bars[i].Bin.Label;
            AppendText(page, NameWidth - 6, top + 14, "end", label.Length > LongestName ? label[..Cut(label)] + "…" : label);
            AppendRectangle(page, "r", NameWidth, top + 2, room * bars[i].Reference / largest, 8);
            AppendRectangle(page, "c", NameWidth, top + 11, room * bars[i].Current / largest, 8);
            page.Append("</g>");
        }

        page.Append("</svg>\n");
    }

    private static int Cut(string label) => char.IsHighSurrogate(label[LongestName - 2]) ? LongestName - 2 : LongestName - 1;

    private static void Open(StringBuilder page, double height) =>
        page.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {height:0}\" role=\"img\" aria-label=\"histogram\">");

    private static void AppendTitle(StringBuilder page, Bar bar) => page.Append("<title>").Append(DriftHtml.Text(bar.Bin.Label)).Append(
        CultureInfo.InvariantCulture,
        $": reference {bar.Reference * 100:0.##} % ({bar.Bin.Reference:N0}), ").Append(
        CultureInfo.InvariantCulture, $"current {bar.Current * 100:0.##} % ({bar.Bin.Current:N0})</title>");

    private static void AppendRectangle(StringBuilder page, string side, double x, double y, double width, double height) => page.Append(
        CultureInfo.InvariantCulture,
        $"<rect class=\"{side}\" x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\"/>");

    private static void AppendText(StringBuilder page, double x, double y, string anchor, string text) => page.Append(
        CultureInfo.InvariantCulture,
        $"<text x=\"{x:0.##}\" y=\"{y:0.##}\" text-anchor=\"{anchor}\">{DriftHtml.Text(text)}</text>");

    private readonly record struct Bar(DriftBin Bin, double Reference, double Current);
}
