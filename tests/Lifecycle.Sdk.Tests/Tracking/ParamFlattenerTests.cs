using System.Text.Json.Serialization;
using Xunit;

namespace Lifecycle.Sdk.Tests.Tracking;

public sealed partial class ParamFlattenerTests
{
    [Fact]
    public void Nested_names_are_dotted_and_types_are_kept()
    {
        var flat = ParamFlattener.Flatten(new TrainingOptions(), FlattenJson.Default.TrainingOptions, "train").ToDictionary(p => p.Name, p => p.Value);
        Assert.Equal(1.0, flat["train.Rate"].AsFloating);
        Assert.Equal(3, flat["train.Layers"].AsInteger);
        Assert.True(flat["train.Shuffle"].AsBoolean);
        Assert.Equal("adam", flat["train.Inner.Name"].ToString());
        Assert.Equal(2.0, flat["train.Inner.Decay"].AsFloating);
        Assert.Equal("[64,32]", flat["train.Sizes"].ToString());
        Assert.Equal("null", flat["train.Missing"].ToString());
        Assert.Equal(long.MaxValue, flat["train.Big"].AsInteger);
        Assert.Equal(double.PositiveInfinity, flat["train.Limit"].AsFloating);
        Assert.Equal(9, flat.Count);
    }

    [Fact]
    public void Something_that_is_no_object_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => ParamFlattener.Flatten(3, FlattenJson.Default.Int32, null));
        Assert.Contains("Int32", error.Message, StringComparison.Ordinal);
    }

    internal sealed record TrainingOptions
    {
        public double Rate { get; init; } = 1;

        public int Layers { get; init; } = 3;

        public bool Shuffle { get; init; } = true;

        public Inner Inner { get; init; } = new();

        public int[] Sizes { get; init; } = [64, 32];

        public string? Missing { get; init; }

        public long Big { get; init; } = long.MaxValue;

        [JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
        public double? Limit { get; init; } = double.PositiveInfinity;
    }

    internal sealed record Inner
    {
        public string Name { get; init; } = "adam";

        public float Decay { get; init; } = 2;
    }

    [JsonSerializable(typeof(TrainingOptions))]
    [JsonSerializable(typeof(int))]
    internal sealed partial class FlattenJson : JsonSerializerContext;
}
