using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>
/// Reads an answer of get-history while it arrives: servers that ignore paging send a million points in one. Unknown members are skipped, and absent ones
/// are 0, as in the protocol.
/// </summary>
internal sealed class HistoryReader : IDisposable
{
    private const int BlockLength = 8_192;
    private readonly Stream _stream;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
    private int _start, _end;
    private bool _isDone;
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = 16 });
    private Place _place;
    private int _skipDepth = -1;
    private Member _member;
    private MetricPoint _point;
    private List<MetricPoint> _points = [];

    public HistoryReader(Stream stream) => _stream = stream;

    private enum Place
    {
        Start,
        Root,
        Points,
        Point,
        End,
    }

    private enum Member
    {
        None,
        Value,
        Timestamp,
        Step,
        Token,
        Metrics,
    }

    /// <summary>The token of the next page; known when all points have been read; null if there is none.</summary>
    public string? NextPageToken { get; private set; }

    /// <summary>The next points; null at the end.</summary>
    /// <exception cref="JsonException">The answer is not what it should be.</exception>
    /// <exception cref="IOException">It ends early.</exception>
    public async ValueTask<IReadOnlyList<MetricPoint>?> ReadAsync(CancellationToken cancellationToken)
    {
        while (!_isDone)
        {
            Parse();
            if (_points.Count >= BlockLength) break;
            if (!_isDone) await FillAsync(cancellationToken).ConfigureAwait(false);
        }

        if (_points.Count == 0) return null;
        var points = _points;
        _points = new List<MetricPoint>(BlockLength);
        return points;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var read = await _stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        if (read == 0) throw new EndOfStreamException("The answer ended early.");
        _end += read;
    }

    private void Parse()
    {
        var reader = new Utf8JsonReader(_buffer.AsSpan(_start.._end), isFinalBlock: false, _state);
        while (_place != Place.End && reader.Read()) Take(ref reader);
        _start += (int)reader.BytesConsumed;
        _state = reader.CurrentState;
        _isDone = _place == Place.End;
    }

    private void Take(ref Utf8JsonReader reader)
    {
        if (_skipDepth >= 0)
        {
            if (reader.CurrentDepth == _skipDepth && reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray) _skipDepth = -1;
            return;
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                _member = MemberOf(ref reader);
                break;
            case JsonTokenType.StartObject when _place == Place.Start:
                _place = Place.Root;
                break;
            case JsonTokenType.StartArray when _place == Place.Root && _member == Member.Metrics:
                _place = Place.Points;
                break;
            case JsonTokenType.StartObject when _place == Place.Points:
                (_place, _point, _member) = (Place.Point, default, Member.None);
                break;
            case JsonTokenType.EndObject when _place == Place.Point:
                _points.Add(_point);
                _place = Place.Points;
                break;
            case JsonTokenType.EndArray when _place == Place.Points:
                _place = Place.Root;
                break;
            case JsonTokenType.EndObject when _place == Place.Root:
                _place = Place.End;
                break;
            case JsonTokenType.StartObject or JsonTokenType.StartArray when _place != Place.Start:
                _skipDepth = reader.CurrentDepth;
                break;
            default:
                TakeValue(ref reader);
                break;
        }
    }

    private Member MemberOf(ref Utf8JsonReader reader)
    {
        if (_place == Place.Root) return reader.ValueTextEquals("metrics"u8) ? Member.Metrics : reader.ValueTextEquals("next_page_token"u8) ? Member.Token : Member.None;
        return reader.ValueTextEquals("value"u8) ? Member.Value
            : reader.ValueTextEquals("timestamp"u8) ? Member.Timestamp
            : reader.ValueTextEquals("step"u8) ? Member.Step : Member.None;
    }

    private void TakeValue(ref Utf8JsonReader reader)
    {
        switch (_place)
        {
            case Place.Start:
                throw new JsonException("The answer is no object.");
            case Place.Root when _member == Member.Token:
                NextPageToken = reader.GetString() is { Length: > 0 } token ? token : null;
                break;
            case Place.Point when _member == Member.Value:
                _point = _point with { Value = DoubleOf(ref reader) };
                break;
            case Place.Point when _member == Member.Timestamp:
                _point = _point with { UnixTimeMilliseconds = IntegerOf(ref reader) };
                break;
            case Place.Point when _member == Member.Step:
                _point = _point with { Step = IntegerOf(ref reader) };
                break;
        }
    }

    private static double DoubleOf(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number) return reader.GetDouble();
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return text switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw new JsonException("A value is no number."),
        };
    }

    private static long IntegerOf(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) ? number
        : reader.TokenType == JsonTokenType.String && long.TryParse(reader.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) ? number
        : throw new JsonException("A step or timestamp is no integer.");
}
