namespace Lifecycle.Sdk.Storage;

/// <summary>Reads a field: <c>entity.key</c>, an attribute without its entity, or an aggregate of a metric.</summary>
internal sealed class SearchFieldParser(SearchReader reader, SearchTarget target)
{
    private const string FieldForms = "a field such as metrics.loss, params.kind, tags.team or status";

    public SearchField Read()
    {
        reader.SkipSpace();
        var start = reader.Position;
        if (reader.AtIdentifierQuote) return Attribute(start, reader.ReadQuoted());
        var word = reader.ReadWord();
        if (word.Length == 0 || char.IsAsciiDigit(word[0])) throw NotAField(start, word);
        if (reader.TryRead(".")) return ReadKey(start, word);
        var end = reader.Position;
        reader.SkipSpace();
        if (reader.Current == '(' && !reader.AtEnd) return ReadAggregate(start, word);
        return Attribute(start, word, end);
    }

    private SearchField ReadKey(int start, string entityName)
    {
        if (!SearchFields.TryEntity(entityName, out var entity)) throw UnknownEntity(start, entityName);
        if (!SearchFields.Has(target, entity))
            throw reader.Error(start, $"'{entityName}'", $"{SearchFields.EntitiesOf(target)}, which is what {SearchFields.NameOf(target)} have", null);
        var keyStart = reader.Position;
        var key = reader.AtIdentifierQuote ? reader.ReadQuoted() : reader.ReadBareKey();
        if (reader.Current == '{') key += entity == SearchEntity.Metric ? reader.ReadContext() : "";
        if (key.Length == 0) throw reader.Error("a key", $"write {entityName}.name, or {entityName}.`any name`");
        return entity switch
        {
            SearchEntity.Attribute => Attribute(keyStart, key),
            SearchEntity.Dataset => new(entity, SearchFields.FindDatasetAttribute(key)
                ?? throw reader.Error(keyStart, $"'{NameRules.Shorten(key)}'", "name, digest or context, which is what datasets have", null)),
            SearchEntity.Metric => new(entity, CanonicalSeries(keyStart, key)),
            _ => new(entity, key),
        };
    }

    private SearchField ReadAggregate(int start, string name)
    {
        if (!SearchFields.TryAggregate(name, out var aggregate))
            throw reader.Error(start, $"'{name}('", "min, max, mean, first, last or count of a metric", null);
        reader.TryRead("(");
        reader.SkipSpace();
        var inner = reader.Position;
        var field = ReadPlain();
        if (field.Entity != SearchEntity.Metric)
            throw reader.Error(inner, field.ToString(), "a metric, which is what has aggregates", null);
        reader.SkipSpace();
        if (!reader.TryRead(")")) throw reader.Error("')'");
        return field with { Aggregate = aggregate };
    }

    // Not Read: an aggregate of an aggregate means nothing, and would nest without a bound.
    private SearchField ReadPlain()
    {
        var start = reader.Position;
        var word = reader.ReadWord();
        return word.Length > 0 && reader.TryRead(".") ? ReadKey(start, word) : throw reader.Error(start, $"'{word}'", "a metric such as metrics.loss", null);
    }

    private SearchField Attribute(int start, string name, int? wordEnd = null)
    {
        if (SearchFields.FindAttribute(target, name) is { } key) return new(SearchEntity.Attribute, key);
        var meant = SearchFields.SuggestAttribute(target, name);
        var hint = meant is not null ? $"did you mean {meant}?"
            : wordEnd is not null && SearchFields.TryEntity(name, out _) ? $"{name} needs a key, as in {name}.x"
            : wordEnd is not null ? "params, metrics and tags need their entity before a dot" : null;
        var expected = $"one of the attributes: {SearchFields.Expectation(target, SearchEntity.Attribute)}";
        throw reader.Error(start, $"'{NameRules.Shorten(name)}'", expected, hint?.TrimEnd('?'));
    }

    private string CanonicalSeries(int start, string key)
    {
        if (!key.Contains('{') && !key.Contains('}')) return key;
        try
        {
            return MetricKey.Parse(key).ToString();
        }
        catch (ArgumentException)
        {
            throw reader.Error(start, $"'{NameRules.Shorten(key)}'", "a series such as loss{subset=train}", null);
        }
    }

    private ArgumentException UnknownEntity(int start, string name)
    {
        var meant = SearchFields.SuggestEntity(name);
        return reader.Error(
            start, $"'{name}.'", "metrics, params, tags, attributes or datasets before the dot",
            meant is null ? "a key with dots goes after its entity, as in params.a.b" : $"did you mean {meant}");
    }

    private ArgumentException NotAField(int start, string word)
    {
        var hint = reader.Current switch
        {
            '!' => "write NOT",
            '\'' => "the field comes first; names with odd characters go in backticks",
            _ when word.Length > 0 || reader.Current is '+' or '-' => "the field comes first, then the operator, then the value",
            _ => null,
        };
        return reader.Error(start, word.Length > 0 ? $"'{word}'" : reader.Found(), FieldForms, hint);
    }
}
