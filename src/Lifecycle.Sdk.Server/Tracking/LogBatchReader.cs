using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>
/// Reads log-batch and log-metric bodies straight into columns: no object and no text per point, but for points about a logged model. Unknown fields are passed over,
/// whatever they hold.
/// </summary>
internal ref struct LogBatchReader
{
    private readonly bool _isDialect;
    private readonly LogBatch _batch;
    private Utf8JsonReader _json;

    private LogBatchReader(ReadOnlySpan<byte> body, LogBatch batch, bool isDialect)
    {
        _json = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 64 });
        _batch = batch;
        _isDialect = isDialect;
    }

    /// <summary>Reads a log-batch body.</summary>
    /// <exception cref="ApiException">It breaks a rule.</exception>
    public static LogBatch ReadBatch(ReadOnlySpan<byte> body, bool isDialect) => Read(body, isDialect, isMetric: false);

    /// <summary>Reads a log-metric body: the point stands in the object itself.</summary>
    /// <exception cref="ApiException">It breaks a rule.</exception>
    public static LogBatch ReadMetric(ReadOnlySpan<byte> body, bool isDialect) => Read(body, isDialect, isMetric: true);

    private static LogBatch Read(ReadOnlySpan<byte> body, bool isDialect, bool isMetric)
    {
        body = body.Trim(" \t\r\n"u8);
        if (body.IsEmpty) throw ApiException.Missing("run_id");
        var batch = new LogBatch();
        try
        {
            var reader = new LogBatchReader(body, batch, isDialect);
            reader.Move();
            if (reader._json.TokenType == JsonTokenType.String)
            {
                batch.Dispose();
                return Read(Encoding.UTF8.GetBytes(reader._json.GetString()!), isDialect, isMetric);
            }

            if (reader._json.TokenType != JsonTokenType.StartObject) throw ApiException.Refused("The body is no JSON object.");
            if (isMetric) reader.ReadPoint(isTop: true);
            else reader.ReadBatch();
            return batch;
        }
        catch (JsonException)
        {
            batch.Dispose();
            if (ApiBody.HasBareNumber(body)) throw ApiBody.BareNumber();
            // What is not JSON counts as empty, as with MLflow.
            throw ApiException.Missing("run_id");
        }
        catch (InvalidOperationException)
        {
            // Half of a character: the parser only finds it when the text is wanted.
            batch.Dispose();
            throw ApiBody.NotUnicode();
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    private void ReadBatch()
    {
        while (MoveToProperty())
        {
            if (_json.ValueTextEquals("run_id"u8) || (_json.ValueTextEquals("run_uuid"u8) && _batch.Run is null)) _batch.Run = Text("run_id");
            else if (_json.ValueTextEquals("metrics"u8)) ReadList("metrics", WireLimits.MetricsPerBatch, static (ref LogBatchReader reader) => reader.ReadPoint(isTop: false));
            else if (_json.ValueTextEquals("params"u8)) ReadList("params", WireLimits.ParamsPerBatch, static (ref LogBatchReader reader) => reader.ReadParam());
            else if (_json.ValueTextEquals("tags"u8)) ReadList("tags", WireLimits.TagsPerBatch, static (ref LogBatchReader reader) => reader.ReadTag());
            else if (_isDialect && _json.ValueTextEquals("attempt"u8)) _batch.Attempt = Int64("attempt");
            else Pass();
        }

        var total = _batch.PointCount + _batch.Params.Count + _batch.Tags.Count;
        if (total > WireLimits.ItemsPerBatch) throw TooMany("items in all", total, WireLimits.ItemsPerBatch);
    }

    private delegate void ItemReader(ref LogBatchReader reader);

    private void ReadList(string name, int most, ItemReader read)
    {
        Move();
        if (_json.TokenType == JsonTokenType.Null) return;
        if (_json.TokenType != JsonTokenType.StartArray) throw ApiException.Invalid(name, Raw(), "it must be a list of objects.");
        for (var count = 1; ; count++)
        {
            Move();
            if (_json.TokenType == JsonTokenType.EndArray) return;
            if (_json.TokenType != JsonTokenType.StartObject) throw ApiException.Invalid(name, Raw(), "it must hold objects.");
            if (count > most) throw TooMany(name, count, most);
            read(ref this);
        }
    }

    private void ReadPoint(bool isTop)
    {
        PointColumns? series = null;
        double? value = null;
        long? timestamp = null;
        var step = 0L;
        string? model = null, datasetName = null, datasetDigest = null;
        while (MoveToProperty())
        {
            if (_json.ValueTextEquals("key"u8)) series = Series();
            else if (_json.ValueTextEquals("value"u8)) value = Double("value");
            else if (_json.ValueTextEquals("timestamp"u8)) timestamp = Int64("timestamp");
            else if (_json.ValueTextEquals("step"u8)) step = Int64("step") ?? 0;
            else if (_json.ValueTextEquals("model_id"u8)) model = Text("model_id");
            else if (_json.ValueTextEquals("dataset_name"u8)) datasetName = Text("dataset_name");
            else if (_json.ValueTextEquals("dataset_digest"u8)) datasetDigest = Text("dataset_digest");
            else if (isTop && (_json.ValueTextEquals("run_id"u8) || (_json.ValueTextEquals("run_uuid"u8) && _batch.Run is null))) _batch.Run = Text("run_id");
            else if (isTop && _isDialect && _json.ValueTextEquals("attempt"u8)) _batch.Attempt = Int64("attempt");
            else Pass();
        }

        if (series is null) throw ApiException.Missing("key");
        if (timestamp is < 0 && !_isDialect)
            throw ApiException.Invalid("timestamp", timestamp.Value.ToString(System.Globalization.CultureInfo.InvariantCulture), "it must be milliseconds since 1970, not negative.");
        var (time, number) = (timestamp ?? throw ApiException.Missing("timestamp"), value ?? throw ApiException.Missing("value"));
        _batch.Add(series, step, time, number);
        if (string.IsNullOrEmpty(model)) return;
        _batch.ModelPoints.Add(new LoggedModelMetric
        {
            ModelId = model,
            Key = series.Key,
            Value = number,
            Timestamp = time,
            Step = step,
            DatasetName = datasetName,
            DatasetDigest = datasetDigest,
        });
    }

    private PointColumns? Series()
    {
        Move();
        if (_json.TokenType == JsonTokenType.Null) return null;
        if (_json.TokenType != JsonTokenType.String) throw ApiException.Invalid("key", Raw(), "it must be text.");
        if (_batch.Find(_json.ValueSpan) is { } known) return known;
        var key = _json.GetString()!;
        WireKeyRules.RequireMetric(key, _isDialect);
        return _batch.FindOrAdd(key, _json.ValueSpan);
    }

    private void ReadParam()
    {
        string? key = null, value = null, type = null;
        while (MoveToProperty())
        {
            if (_json.ValueTextEquals("key"u8)) key = Text("key");
            else if (_json.ValueTextEquals("value"u8)) value = Text("value");
            else if (_json.ValueTextEquals("type"u8)) type = Text("type");
            else Pass();
        }

        _batch.Params.Add(new WireParam(key ?? throw ApiException.Missing("key"), value ?? "", type));
    }

    private void ReadTag()
    {
        string? key = null, value = null;
        while (MoveToProperty())
        {
            if (_json.ValueTextEquals("key"u8)) key = Text("key");
            else if (_json.ValueTextEquals("value"u8)) value = Text("value");
            else Pass();
        }

        _batch.Tags.Add(new WireTag(key ?? throw ApiException.Missing("key"), value ?? ""));
    }

    private string? Text(string name)
    {
        Move();
        return _json.TokenType switch
        {
            JsonTokenType.String => _json.GetString(),
            JsonTokenType.Number => Raw(),
            JsonTokenType.Null => null,
            _ => throw ApiException.Invalid(name, Raw(), "it must be text."),
        };
    }

    private long? Int64(string name)
    {
        Move();
        switch (_json.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.Number when _json.TryGetInt64(out var number):
                return number;
            case JsonTokenType.String when Utf8Parser.TryParse(_json.ValueSpan, out long number, out var length) && length == _json.ValueSpan.Length:
                return number;
            // Python writes whole numbers as 1.0 now and then.
            case JsonTokenType.Number when _json.TryGetDouble(out var floating) && floating == Math.Floor(floating) && Math.Abs(floating) < 1L << 53:
                return (long)floating;
            default:
                throw ApiException.Invalid(name, Raw(), "it must be a whole number of 64 bits.");
        }
    }

    private double? Double(string name)
    {
        Move();
        switch (_json.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.Number when _json.TryGetDouble(out var number):
                return number;
            case JsonTokenType.String:
                if (_json.ValueTextEquals("NaN"u8)) return double.NaN;
                if (_json.ValueTextEquals("Infinity"u8)) return double.PositiveInfinity;
                if (_json.ValueTextEquals("-Infinity"u8)) return double.NegativeInfinity;
                if (Utf8Parser.TryParse(_json.ValueSpan, out double parsed, out var length) && length == _json.ValueSpan.Length) return parsed;
                break;
        }

        throw ApiException.Invalid(name, Raw(), "it must be a number, or \"NaN\", \"Infinity\" or \"-Infinity\".");
    }

    private void Move()
    {
        if (!_json.Read()) throw new JsonException();
    }

    /// <summary>Moves to the next property's name.</summary>
    /// <returns>False at the end of the object.</returns>
    private bool MoveToProperty()
    {
        Move();
        return _json.TokenType == JsonTokenType.PropertyName;
    }

    private void Pass()
    {
        Move();
        _json.Skip();
    }

    private readonly string Raw() => Encoding.UTF8.GetString(_json.ValueSpan);

    private static ApiException TooMany(string what, int count, int most) => ApiException.Refused(
        FormattableString.Invariant($"A batch logging request can contain at most {most} {what}. Got {count} or more. Please split up {what} across multiple requests and try again."));
}
