using System.Xml.Linq;
using Lifecycle.Sdk.Drift;
using Lifecycle.Sdk.Quality;
using Xunit;

namespace Lifecycle.Sdk.Tests.Drift.Report;

public sealed class DriftFormatsTests
{
    private const string Hostile = "</title><script>alert('x')</script> \" onload=\"x() & 'y'";

    [Fact]
    public void Names_from_the_data_cannot_become_markup()
    {
        string html = HostileReport().ToHtml(Hostile);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\" onload", html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_is_well_formed_and_loads_nothing()
    {
        string html = HostileReport().ToHtml();
        foreach (string loads in new[] { "src=", "url(", "@import", "http://", "https://", "<link", "<iframe" })
            Assert.DoesNotContain(loads, html, StringComparison.OrdinalIgnoreCase);
        // Well-formed but for the void elements, the doctype and one named entity.
        string xml = html.Replace("<!doctype html>", "", StringComparison.Ordinal).Replace("&nbsp;", " ", StringComparison.Ordinal)
            .Replace("<meta charset=\"utf-8\">", "", StringComparison.Ordinal);
        xml = System.Text.RegularExpressions.Regex.Replace(xml, "<meta [^>]*>", "");
        XElement root = XElement.Parse(xml);
        Assert.Equal(2, root.Descendants("article").Count(article => article.Elements("svg").Any()));
        Assert.Equal(2, root.Descendants("tbody").Elements("tr").Count());
    }

    [Fact]
    public void Bars_are_shares_of_each_side()
    {
        Table before = new(Column.Of("x", new string?[] { "a", "a", "a", "b" })), after = new(Column.Of("x", new string?[] { "a", "b" }));
        string html = DriftReport.Compare(before, after).ToHtml();
        Assert.Contains("a: reference 75 % (3), current 50 % (1)", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_survives_JSON()
    {
        DriftReport report = HostileReport();
        string json = report.ToJson();
        DriftReport read = DriftReport.FromJson(json);
        Assert.Equal(json, read.ToJson());
        Assert.Equal(report.ToText(), read.ToText());
        Assert.Equal(report.Columns[0].Values, read.Columns[0].Values);
        Assert.Throws<InvalidDataException>(() => DriftReport.FromJson("{}"));
        Assert.Throws<InvalidDataException>(() => DriftReport.FromJson("null"));
    }

    [Fact]
    public void Text_has_a_line_per_test_and_names_what_changed()
    {
        string text = HostileReport().ToText();
        Assert.Contains("(missing)", text, StringComparison.Ordinal);
        Assert.Contains("is gone", text, StringComparison.Ordinal);
        Assert.Contains("never seen: 'c' (1)", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("not json")]
    [InlineData("{\"format\":\"lifecycle-drift-reference/2\",\"rows\":0,\"columns\":[]}")]
    [InlineData("{\"format\":\"lifecycle-drift-reference/1\",\"rows\":0,\"columns\":[null]}")]
    public void Text_that_is_not_a_reference_is_refused(string json) =>
        Assert.Throws<InvalidDataException>(() => DriftReference.FromJson(json));

    [Theory]
    [InlineData("\"missing\":0", "\"missing\":-1")]
    [InlineData("\"counts\":[1,2]", "\"counts\":[1,3]")]
    [InlineData("\"counts\":[1,2]", "\"counts\":[3]")]
    [InlineData("\"values\":[1,2]", "\"values\":[2,1]")]
    [InlineData("\"values\":[1,2]", "\"values\":null")]
    [InlineData("\"values\":[1,2]", "\"values\":[1,\"NaN\"]")]
    [InlineData("\"kind\":\"Number\"", "\"kind\":\"Text\"")]
    [InlineData("\"name\":\"x\"", "\"name\":\" \"")]
    [InlineData("\"rows\":3,\"columns\"", "\"rows\":4,\"columns\"")]
    public void A_reference_that_contradicts_itself_is_refused(string part, string damaged)
    {
        string json = DriftReference.Of(new Table(Column.Of("x", new[] { 1.0, 2, 2 }))).ToJson();
        Assert.Contains(part, json, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => DriftReference.FromJson(json.Replace(part, damaged, StringComparison.Ordinal)));
    }

    private static DriftReport HostileReport() => DriftReport.Compare(
        new Table(
            Column.Of(Hostile, new string?[] { Hostile, "b", null }), Column.Of("gone", new[] { 1, 2, 3 }),
            Column.Of("number", Samples.Normal(3, 1))),
        new Table(Column.Of(Hostile, new string?[] { Hostile, "b", "c" }), Column.Of("number", Samples.Normal(3, 2))));
}
