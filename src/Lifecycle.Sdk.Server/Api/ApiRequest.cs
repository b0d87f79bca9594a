using System.Globalization;
using System.Text.Json;
using Lifecycle.Sdk.Storage.Http;
using Microsoft.AspNetCore.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>The parameters of one request: from the query of a GET, from the JSON body of everything else, as MLflow's servers read them.</summary>
internal sealed class ApiRequest
{
    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 64 };
    private readonly IQueryCollection? _query;
    private readonly JsonElement _body;

    private ApiRequest(IQueryCollection query) => _query = query;

    private ApiRequest(JsonElement body) => _body = body;

    public static async ValueTask<ApiRequest> ReadAsync(HttpContext context, int maxBytes)
    {
        if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)) return new ApiRequest(context.Request.Query);
        using var body = await ApiBody.ReadAsync(context, maxBytes).ConfigureAwait(false);
        return new ApiRequest(Parse(body.Span));
    }

    /// <summary>The text of a parameter; null if it is not given or empty.</summary>
    public string? Text(string name)
    {
        var text = Given(name);
        return string.IsNullOrEmpty(text) ? null : text;
    }

    /// <summary>The text of a parameter; null if it is not given. An empty one is a value.</summary>
    public string? Given(string name)
    {
        if (_query is not null) return _query.TryGetValue(name, out var values) && values.Count > 0 ? values[^1] : null;
        if (!TryFind(name, out var value)) return null;
        return value.ValueKind switch
        {
            JsonValueKind.String => TextOf(value),
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.Null => null,
            _ => throw ApiException.Invalid(name, value.GetRawText(), "it must be text."),
        };
    }

    public string Required(string name) => Text(name) ?? throw ApiException.Missing(name);

    /// <summary>The run of a request, by its name or the old one.</summary>
    public string RequiredRun() => Text("run_id") ?? Text("run_uuid") ?? throw ApiException.Missing("run_id");

    public long? Int64(string name)
    {
        if (Text(name) is not { } text) return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw ApiException.Invalid(name, text, "it must be a whole number of 64 bits.");
    }

    /// <summary>A page size.</summary>
    public int MaxResults(int defaultValue, int most, bool isRequired = false)
    {
        if (Int64("max_results") is not { } given) return isRequired ? throw ApiException.Missing("max_results") : defaultValue;
        return given >= 1 && given <= most
            ? (int)given
            : throw ApiException.Invalid("max_results", given.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"It must be at least 1 and at most {most}."));
    }

    public bool Flag(string name, bool defaultValue = false)
    {
        if (_query is not null) return Text(name) is { } text ? text.Equals("true", StringComparison.OrdinalIgnoreCase) : defaultValue;
        return !TryFind(name, out var value) ? defaultValue : value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Null => defaultValue,
            JsonValueKind.String => TextOf(value).Equals("true", StringComparison.OrdinalIgnoreCase),
            _ => throw ApiException.Invalid(name, value.GetRawText(), "it must be true or false."),
        };
    }

    /// <summary>A repeated parameter of texts.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        if (_query is not null) return _query.TryGetValue(name, out var values) ? [.. values.OfType<string>()] : [];
        if (!TryFind(name, out var list) || list.ValueKind == JsonValueKind.Null) return [];
        if (list.ValueKind is JsonValueKind.String or JsonValueKind.Number) return [Element(name, list)];
        if (list.ValueKind != JsonValueKind.Array) throw ApiException.Invalid(name, list.GetRawText(), "it must be a list.");
        return [.. list.EnumerateArray().Select(item => Element(name, item))];
    }

    /// <summary>A repeated parameter of objects.</summary>
    public IReadOnlyList<ApiRequest> Objects(string name)
    {
        if (_query is not null || !TryFind(name, out var list) || list.ValueKind == JsonValueKind.Null) return [];
        if (list.ValueKind != JsonValueKind.Array) throw ApiException.Invalid(name, list.GetRawText(), "it must be a list of objects.");
        return [.. list.EnumerateArray().Select(item =>
            item.ValueKind == JsonValueKind.Object ? new ApiRequest(item) : throw ApiException.Invalid(name, item.GetRawText(), "it must hold objects."))];
    }

    public ApiRequest? Object(string name) =>
        _query is null && TryFind(name, out var value) && value.ValueKind == JsonValueKind.Object ? new ApiRequest(value) : null;

    /// <summary>Tags or the like: objects with a key and a value.</summary>
    public IReadOnlyList<WireTag> Tags(string name) => [.. Objects(name).Select(tag => new WireTag(tag.Required("key"), tag.Given("value") ?? ""))];

    private static string Element(string name, JsonElement item) => item.ValueKind switch
    {
        JsonValueKind.String => TextOf(item),
        JsonValueKind.Number => item.GetRawText(),
        _ => throw ApiException.Invalid(name, item.GetRawText(), "it must hold texts."),
    };

    private bool TryFind(string name, out JsonElement value)
    {
        try
        {
            return _body.TryGetProperty(name, out value);
        }
        catch (InvalidOperationException)
        {
            throw ApiBody.NotUnicode();
        }
    }

    /// <summary>JSON may hold halves of characters, which the parser does not look at before somebody wants the text.</summary>
    private static string TextOf(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw ApiBody.NotUnicode();
        }
    }

    private static JsonElement Parse(ReadOnlySpan<byte> body)
    {
        var element = TryParse(body);
        // Old clients send the object as a text once more.
        if (element.ValueKind == JsonValueKind.String) element = TryParse(System.Text.Encoding.UTF8.GetBytes(TextOf(element)));
        return element.ValueKind is JsonValueKind.Object ? element
            : element.ValueKind == JsonValueKind.Undefined ? ApiBody.Empty
            : throw ApiException.Refused("The body is no JSON object.");
    }

    /// <summary>A body that is not JSON counts as an empty one, but for what Python writes for a number that is none: that would be stored as 0.</summary>
    private static JsonElement TryParse(ReadOnlySpan<byte> body)
    {
        if (body.Trim(" \t\r\n"u8).IsEmpty) return default;
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = Json.MaxDepth });
            using var document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            if (ApiBody.HasBareNumber(body)) throw ApiBody.BareNumber();
            return default;
        }
    }
}
