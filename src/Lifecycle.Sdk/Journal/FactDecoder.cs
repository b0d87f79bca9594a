using System.Buffers.Binary;
using System.Text;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Journal;

/// <summary>Reads what <see cref="FactEncoder"/> wrote. Any bytes may be given; what is no payload is a <see cref="FormatException"/>.</summary>
internal ref struct FactDecoder(ReadOnlySpan<byte> payload)
{
    private ReadOnlySpan<byte> _rest = payload;

    public (byte Version, long Attempt) Opened() => (Byte(), Long());

    public (int Id, string Key) Series()
    {
        var id = Int();
        return id < 0 ? throw new FormatException($"{id} is not a series id.") : (id, Required());
    }

    public RunStatusChanged? Ended() => Byte() == 0 ? null : (RunStatusChanged)Fact(FactKind.RunStatusChanged, out _);

    public RunFact Fact(FactKind kind, out string? staged)
    {
        staged = null;
        try
        {
            return kind switch
            {
                FactKind.RunStarted => new RunStarted(Text(), Text(), Required(), Time(), OptionalRun(), Text()),
                FactKind.RunResumed => new RunResumed(Optional()),
                FactKind.ParamLogged => new ParamLogged(Required(), Param()),
                FactKind.TagSet => new TagSet(Required(), Required()),
                FactKind.TagDeleted => new TagDeleted(Required()),
                FactKind.ArtifactLogged => Artifact(out staged),
                FactKind.ArtifactDeleted => new ArtifactDeleted(ArtifactPath.Parse(Required())),
                FactKind.InputLogged => new InputLogged(Input()),
                FactKind.RunRenamed => new RunRenamed(Required()),
                FactKind.RunStatusChanged => Status(),
                FactKind.RunStageChanged => new RunStageChanged(Stage()),
                _ => throw new FormatException($"There is no fact of kind {(byte)kind}."),
            };
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"A fact of kind {kind} breaks a rule: {e.Message}", e);
        }
    }

    private ArtifactLogged Artifact(out string? staged)
    {
        var info = new ArtifactInfo(ArtifactPath.Parse(Required()), ContentDigest.Parse(Required()), Long(), Time());
        staged = Text();
        return new ArtifactLogged(info);
    }

    private DatasetInput Input() => new()
    {
        Name = Required(),
        Digest = Required(),
        Source = Text(),
        SourceType = Text(),
        Schema = Text(),
        RowCount = Optional(),
        Context = Text(),
    };

    private RunStatusChanged Status()
    {
        var status = (RunStatus)Byte();
        if (!Enum.IsDefined(status)) throw new FormatException($"There is no status {(int)status}.");
        DateTimeOffset? end = Byte() == 0 ? null : Time();
        return new RunStatusChanged(status, end, Text());
    }

    private LifecycleStage Stage()
    {
        var stage = (LifecycleStage)Byte();
        return Enum.IsDefined(stage) ? stage : throw new FormatException($"There is no stage {(int)stage}.");
    }

    private ParamValue Param() => (ParamKind)Byte() switch
    {
        ParamKind.String => ParamValue.Of(Required()),
        ParamKind.Integer => ParamValue.Of(Long()),
        ParamKind.Floating => ParamValue.Of(BitConverter.Int64BitsToDouble(Long())),
        ParamKind.Boolean => ParamValue.Of(Byte() != 0),
        var kind => throw new FormatException($"There is no param kind {(int)kind}."),
    };

    private RunId? OptionalRun() => Text() is { } text ? RunId.Parse(text) : null;

    private DateTimeOffset Time()
    {
        var utc = new DateTimeOffset(Long(), TimeSpan.Zero);
        return utc.ToOffset(TimeSpan.FromMinutes(Int()));
    }

    private long? Optional() => Byte() == 0 ? null : Long();

    private string Required() => Text() ?? throw new FormatException("A text is missing.");

    private string? Text()
    {
        var length = Int();
        return length == 0 ? null : Encoding.UTF8.GetString(Take(length - 1));
    }

    private byte Byte() => Take(1)[0];

    private int Int() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    private long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _rest.Length) throw new FormatException($"{count} bytes are wanted, {_rest.Length} are left.");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
