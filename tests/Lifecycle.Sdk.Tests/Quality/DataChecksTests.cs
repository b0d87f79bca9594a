using Lifecycle.Sdk.Quality;
using Xunit;

namespace Lifecycle.Sdk.Tests.Quality;

public sealed class DataChecksTests
{
    private static readonly Table Data = new(
        Column.Of("id", new[] { 1, 2, 3, 2, 5, 2 }),
        Column.Of("age", new[] { 30, -1, double.NaN, 200, double.PositiveInfinity, 40 }),
        Column.Of("sex", new[] { "male", "female", null, "Male", "", "female" }),
        Column.Of("paid", new[] { true, false, true, true, false, true }));

    [Fact]
    public void Data_that_is_as_it_should_be_passes()
    {
        QualityResult result = new DataChecks()
            .RowCount(6, 6)
            .Column("id", id => id.IsOfKind(ColumnKind.Integer).IsNumeric().InRange(1, 5).InSet(["1", "2", "3", "5"]).NotMissing())
            .Column("age", age => age.MissingAtMost(1.0 / 6).InRange(-1, double.PositiveInfinity))
            .Column("sex", sex =>
                sex.IsOfKind(ColumnKind.Text).LengthBetween(0, 6).Matches("^[a-zM]*$").InSet(["male", "female", "Male", ""]))
            .Column("paid", paid => paid.InSet(["true", "false"]).InRange(0, 1))
            .SameSchemaAs(DataProfile.Of(Data))
            .Run(Data);
        Assert.Empty(result.Findings);
        Assert.True(result.Passed);
        Assert.Equal(15, result.CheckCount);
        result.ThrowIfFailed();
        Assert.StartsWith("passed: 15 checks over 6 rows", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Values_out_of_range_are_found_with_rows_and_missing_ones_are_left_alone()
    {
        QualityFinding finding = Only(checks => checks.Column("age", age => age.InRange(0, 120)));
        Assert.Equal(
            ("age", "range", CheckSeverity.Error, 3L, 0.5), (finding.Column, finding.Check, finding.Severity, finding.Rows, finding.Share));
        Assert.Equal([new RowExample(1, "-1"), new RowExample(3, "200"), new RowExample(4, "Infinity")], finding.Examples);
        Assert.Equal("values from 0 to 120", finding.Expected);
    }

    [Fact]
    public void Values_outside_the_set_are_found() =>
        Assert.Equal([new RowExample(3, "Male"), new RowExample(4, "")],
            Only(checks => checks.Column("sex", sex => sex.InSet(["male", "female"]))).Examples);

    [Fact]
    public void Sets_of_floating_columns_are_compared_as_numbers()
    {
        var table = new Table(Column.Of("x", new[] { 1, 2.5, -0.0 }));
        Assert.True(new DataChecks().Column("x", x => x.InSet(["1.0", "2.50", "0"])).Run(table).Passed);
        Assert.False(new DataChecks().Column("x", x => x.InSet(["1.0", "2.5"])).Run(table).Passed);
    }

    [Fact]
    public void Repeated_values_are_found_once_per_repetition()
    {
        QualityFinding finding = Only(checks => checks.Column("id", id => id.IsUnique()));
        Assert.Equal(2, finding.Rows);
        Assert.Equal([new RowExample(3, "2"), new RowExample(5, "2")], finding.Examples);
        Assert.True(
            new DataChecks().Column("x", x => x.IsUnique()).Run(new Table(Column.Of("x", new string?[] { null, null, "a" }))).Passed);
    }

    [Fact]
    public void Too_many_missing_values_are_found()
    {
        QualityFinding finding = Only(checks => checks.Column("age", age => age.MissingAtMost(0.1)));
        Assert.Equal((1L, 2), (finding.Rows, finding.Examples[0].Row));
        Assert.Single(new DataChecks().Column("sex", sex => sex.NotMissing()).Run(Data).Findings);
    }

    [Fact]
    public void Lengths_and_patterns_are_checked()
    {
        Assert.Equal(4, Only(checks => checks.Column("sex", sex => sex.LengthBetween(1, 6))).Examples[0].Row);
        Assert.Equal(2, Only(checks => checks.Column("sex", sex => sex.Matches("^[a-z]+$"))).Rows);
        Assert.Throws<NotSupportedException>(() => new DataChecks().Column("x", x => x.Matches(@"(a)\1")));
        // Catastrophic for a backtracking matcher.
        var hostile = new Table(Column.Of("x", new[] { new string('a', 50_000) + "!" }!));
        Assert.False(new DataChecks().Column("x", x => x.Matches("^(a+)+$")).Run(hostile).Passed);
    }

    [Fact]
    public void A_check_that_makes_no_sense_for_the_type_is_a_finding()
    {
        Assert.Contains("text", Only(checks => checks.Column("sex", sex => sex.InRange(0, 1))).Observed, StringComparison.Ordinal);
        Assert.Contains("numbers", Only(checks => checks.Column("age", age => age.Matches("x"))).Observed, StringComparison.Ordinal);
        Assert.Contains("numbers", Only(checks => checks.Column("age", age => age.LengthBetween(1, 2))).Observed, StringComparison.Ordinal);
        Assert.Contains("text", Only(checks => checks.Column("sex", sex => sex.IsNumeric())).Observed, StringComparison.Ordinal);
        Assert.Contains("no such column", Only(checks => checks.Column("nope", nope => nope.NotMissing().IsUnique())).Observed,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Schema_changes_are_told_apart()
    {
        var now = new Table(
            Column.Of("id", new long[6]), Column.Of("age", new string?[6]), Column.Of("paid", new bool[6]),
            Column.Of("new", new double[6]));
        QualityResult result = new DataChecks().SameSchemaAs(DataProfile.Of(Data)).Run(now);
        Assert.Equal(
            [
                ("id", CheckSeverity.Warning, "int64: same kind, other type"),
                ("age", CheckSeverity.Error, "text (string): retyped"),
                ("sex", CheckSeverity.Error, "the column was removed"),
                ("new", CheckSeverity.Error, "a column of type double was added"),
            ],
            result.Findings.Select(finding => (finding.Column, finding.Severity, finding.Observed)));
        Assert.True(new DataChecks().SameSchemaAs(DataProfile.Of(Data), CheckSeverity.Warning).Run(now).Passed);
    }

    [Fact]
    public void Warnings_pass_and_errors_throw_with_every_finding()
    {
        QualityResult warned = new DataChecks().Column("age", age => age.InRange(0, 120, CheckSeverity.Warning)).Run(Data);
        Assert.True(warned.Passed);
        Assert.Single(warned.Findings);
        QualityResult failed = new DataChecks().RowCount(100).Column("id", id => id.IsUnique()).Run(Data);
        DataQualityException exception = Assert.Throws<DataQualityException>(failed.ThrowIfFailed);
        Assert.Same(failed, exception.Result);
        Assert.Contains("at least 100 rows", exception.Message, StringComparison.Ordinal);
        Assert.Contains("column 'id', unique", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Results_are_saved_as_json_and_printed_as_a_table()
    {
        QualityResult result = new DataChecks().Column("age", age => age.InRange(0, 120)).Column("sex", sex => sex.InSet(["male"]))
            .Run(Data);
        string json = result.ToJson();
        Assert.Contains("\"passed\": false", json, StringComparison.Ordinal);
        QualityResult restored = QualityResult.FromJson(json);
        Assert.Equal(json, restored.ToJson());
        Assert.Equal(result.ToString(), restored.ToString());
        Assert.StartsWith("FAILED: 2 checks over 6 rows, 2 findings\ncolumn  check  severity", result.ToString(), StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => QualityResult.FromJson("[]"));
        Assert.Throws<InvalidDataException>(() => QualityResult.FromJson("{}"));
    }

    [Fact]
    public void Rules_that_make_no_sense_are_refused_when_they_are_made()
    {
        var checks = new DataChecks();
        Assert.Throws<ArgumentException>(() => checks.Column("x", x => x.InRange(2, 1)));
        Assert.Throws<ArgumentException>(() => checks.Column("x", x => x.InRange(double.NaN, 1)));
        Assert.Throws<ArgumentException>(() => checks.Column("x", x => x.InSet([])));
        Assert.Throws<ArgumentNullException>(() => checks.Column("x", x => x.InSet([null!])));
        Assert.Throws<ArgumentOutOfRangeException>(() => checks.Column("x", x => x.MissingAtMost(1.5)));
        Assert.Throws<ArgumentOutOfRangeException>(() => checks.Column("x", x => x.LengthBetween(3, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => checks.RowCount(-1));
        Assert.Throws<ArgumentException>(() => checks.Column("", x => x.IsUnique()));
        Assert.Throws<ArgumentNullException>(() => checks.Run(null!));
    }

    private static QualityFinding Only(Action<DataChecks> add)
    {
        var checks = new DataChecks();
        add(checks);
        QualityResult result = checks.Run(Data);
        Assert.False(result.Passed);
        return Assert.Single(result.Findings);
    }
}
