using System.Buffers;
using System.Globalization;

namespace Lifecycle.Sdk;

/// <summary>Writes RFC 4180 records: CRLF, quotes where needed, a doubled quote for a quote.</summary>
internal sealed class CsvWriter(TextWriter writer)
{
    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(",\"\r\n");

    public async ValueTask WriteAsync(IReadOnlyList<string?> fields, CancellationToken cancellationToken)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            if (i > 0) await writer.WriteAsync(",".AsMemory(), cancellationToken).ConfigureAwait(false);
            await writer.WriteAsync(Field(fields[i] ?? "").AsMemory(), cancellationToken).ConfigureAwait(false);
        }

        await writer.WriteAsync("\r\n".AsMemory(), cancellationToken).ConfigureAwait(false);
    }

    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string? Time(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    /// <summary>
    /// Text from outside that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, "CSV Injection"). Numbers keep
    /// their sign.
    /// </summary>
    public static string? Guarded(string? text, bool guard) =>
        guard && text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] && !Storage.SearchNumber.TryParse(text, out _)
            ? "'" + text
            : text;

    private static string Field(string text) => text.AsSpan().ContainsAny(NeedsQuotes) || text.StartsWith(' ') || text.EndsWith(' ')
        ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
        : text;
}
