using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>Cuts the points of a batch into log-batch requests within the server's limits and writes their JSON, without an allocation per point.</summary>
/// <param name="serverRunId">The run as the server knows it.</param>
/// <param name="attempt">The attempt, on servers that know of attempts; else null.</param>
internal sealed class PointRequests(string serverRunId, long? attempt)
{
    /// <summary>Two int64, a double, and what stands between them; what a point takes besides its key.</summary>
    private const int MaxNumbers = 20 + 20 + 26 + 40;

    /// <summary>Writes the requests one after another. Each body is pooled: whoever takes it gives it back.</summary>
    /// <param name="points">The points, by the server's keys.</param>
    public IEnumerable<PointRequest> Write(IEnumerable<SeriesPoints> points)
    {
        var body = Begin(out var length);
        var count = 0;
        var (index, start) = (-1, default(PointPlace));
        foreach (var series in points)
        {
            index++;
            var head = HeadOf(series.Key);
            var at = 0;
            while (at < series.Steps.Length)
            {
                Fill(body, head, series, ref at, ref length, ref count);
                if (at == series.Steps.Length) break;
                yield return End(body, length, count, start);
                body = Begin(out length);
                count = 0;
                start = new PointPlace(index, at);
            }
        }

        if (count > 0) yield return End(body, length, count, start);
        else ArrayPool<byte>.Shared.Return(body);
    }

    /// <summary>Writes points until they are all written or the request is full.</summary>
    private static void Fill(byte[] body, ReadOnlySpan<byte> head, in SeriesPoints series, ref int at, ref int length, ref int count)
    {
        var steps = series.Steps.Span;
        var timestamps = series.Timestamps.Span;
        var values = series.Values.Span;
        var written = length;
        while (at < steps.Length && count < WireLimits.MetricsPerBatch && written + head.Length + MaxNumbers < WireLimits.BatchBytes)
        {
            if (count > 0) body[written++] = (byte)',';
            head.CopyTo(body.AsSpan(written));
            written += head.Length;
            written += WriteValue(body.AsSpan(written), values[at]);
            ",\"timestamp\":"u8.CopyTo(body.AsSpan(written));
            written += ",\"timestamp\":"u8.Length;
            timestamps[at].TryFormat(body.AsSpan(written), out var digits, default, CultureInfo.InvariantCulture);
            written += digits;
            ",\"step\":"u8.CopyTo(body.AsSpan(written));
            written += ",\"step\":"u8.Length;
            steps[at].TryFormat(body.AsSpan(written), out digits, default, CultureInfo.InvariantCulture);
            written += digits;
            body[written++] = (byte)'}';
            count++;
            at++;
        }

        length = written;
    }

    /// <summary>Shortest digits that read back to the same bits; text for what JSON has no number for.</summary>
    private static int WriteValue(Span<byte> body, double value)
    {
        if (double.IsFinite(value))
        {
            value.TryFormat(body, out var written, default, CultureInfo.InvariantCulture);
            if (value != 0 || !double.IsNegative(value)) return written;
            // A reader that takes "-0" for an integer would lose the sign.
            "-0.0"u8.CopyTo(body);
            return 4;
        }

        var text = double.IsNaN(value) ? "\"NaN\""u8 : value > 0 ? "\"Infinity\""u8 : "\"-Infinity\""u8;
        text.CopyTo(body);
        return text.Length;
    }

    private byte[] Begin(out int length)
    {
        var body = ArrayPool<byte>.Shared.Rent(WireLimits.BatchBytes);
        length = Encoding.UTF8.GetBytes(
            attempt is { } number
                ? string.Create(CultureInfo.InvariantCulture, $"{{\"run_id\":\"{serverRunId}\",\"attempt\":{number},\"metrics\":[")
                : $"{{\"run_id\":\"{serverRunId}\",\"metrics\":[",
            body);
        return body;
    }

    private static PointRequest End(byte[] body, int length, int count, PointPlace start)
    {
        "]}"u8.CopyTo(body.AsSpan(length));
        return new PointRequest(body, length + 2, count, start);
    }

    private static byte[] HeadOf(string key)
    {
        var encoded = JsonEncodedText.Encode(key, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        return [.. "{\"key\":\""u8, .. encoded.EncodedUtf8Bytes, .. "\",\"value\":"u8];
    }
}

/// <summary>The body of one log-batch request.</summary>
/// <param name="Buffer">A pooled buffer.</param>
/// <param name="Length">How much of it is the body.</param>
/// <param name="Count">How many points.</param>
/// <param name="Start">Where they begin.</param>
internal readonly record struct PointRequest(byte[] Buffer, int Length, int Count, PointPlace Start)
{
    public ReadOnlyMemory<byte> Body => Buffer.AsMemory(0, Length);

    public void Return() => ArrayPool<byte>.Shared.Return(Buffer);
}

/// <summary>A point among several series.</summary>
/// <param name="Series">The number of its series.</param>
/// <param name="At">Its number there.</param>
internal readonly record struct PointPlace(int Series, int At);
