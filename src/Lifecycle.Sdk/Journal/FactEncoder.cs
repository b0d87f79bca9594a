using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Journal;

/// <summary>Writes payloads of fact records: little-endian integers, strings as length plus 1 (0: null) and UTF-8.</summary>
internal sealed class FactEncoder
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public FactKind Opened(long attempt)
    {
        Byte(FactLog.Version);
        Long(attempt);
        return FactKind.Opened;
    }

    public FactKind Series(int id, string key)
    {
        Int(id);
        Text(key);
        return FactKind.Series;
    }

    /// <param name="end">What ends the run; null when only the writer ends.</param>
    public FactKind Ended(RunStatusChanged? end)
    {
        Byte(end is null ? (byte)0 : (byte)1);
        if (end is not null) Status(end);
        return FactKind.Ended;
    }

    /// <param name="fact">The fact.</param>
    /// <param name="staged">The file in the staging folder that holds an artifact's content; null if it is in the store already.</param>
    public FactKind Fact(RunFact fact, string? staged = null)
    {
        switch (fact)
        {
            case RunStarted started:
                Text(started.ExperimentId);
                Text(started.ExperimentName);
                Text(started.Name);
                Time(started.StartTime);
                Text(started.Parent?.ToString());
                Text(started.User);
                return FactKind.RunStarted;
            case RunResumed resumed:
                Optional(resumed.FromStep);
                return FactKind.RunResumed;
            case ParamLogged param:
                Text(param.Name);
                Param(param.Value);
                return FactKind.ParamLogged;
            case TagSet tag:
                Text(tag.Name);
                Text(tag.Value);
                return FactKind.TagSet;
            case TagDeleted tag:
                Text(tag.Name);
                return FactKind.TagDeleted;
            case ArtifactLogged { Artifact: var artifact }:
                Text(artifact.Path.ToString());
                Text(artifact.Digest.ToString());
                Long(artifact.Size);
                Time(artifact.Time);
                Text(staged);
                return FactKind.ArtifactLogged;
            case ArtifactDeleted deleted:
                Text(deleted.Path.ToString());
                return FactKind.ArtifactDeleted;
            case InputLogged { Input: var input }:
                Input(input);
                return FactKind.InputLogged;
            case RunRenamed renamed:
                Text(renamed.Name);
                return FactKind.RunRenamed;
            case RunStatusChanged status:
                Status(status);
                return FactKind.RunStatusChanged;
            case RunStageChanged stage:
                Byte((byte)stage.Stage);
                return FactKind.RunStageChanged;
            default:
                throw new ArgumentException($"The journal does not know the fact {fact.GetType().Name}.", nameof(fact));
        }
    }

    private void Status(RunStatusChanged status)
    {
        Byte((byte)status.Status);
        Byte(status.EndTime is null ? (byte)0 : (byte)1);
        if (status.EndTime is { } end) Time(end);
        Text(status.Error);
    }

    private void Input(DatasetInput input)
    {
        Text(input.Name);
        Text(input.Digest);
        Text(input.Source);
        Text(input.SourceType);
        Text(input.Schema);
        Optional(input.RowCount);
        Text(input.Context);
    }

    private void Param(ParamValue value)
    {
        Byte((byte)value.Kind);
        switch (value.Kind)
        {
            case ParamKind.String:
                Text(value.ToString());
                break;
            case ParamKind.Integer:
                Long(value.AsInteger);
                break;
            case ParamKind.Floating:
                Long(BitConverter.DoubleToInt64Bits(value.AsFloating));
                break;
            default:
                Byte(value.AsBoolean ? (byte)1 : (byte)0);
                break;
        }
    }

    private void Time(DateTimeOffset time)
    {
        Long(time.UtcTicks);
        Int((int)time.Offset.TotalMinutes);
    }

    private void Optional(long? value)
    {
        Byte(value is null ? (byte)0 : (byte)1);
        if (value is { } number) Long(number);
    }

    private void Text(string? text)
    {
        if (text is null)
        {
            Int(0);
            return;
        }

        var length = Encoding.UTF8.GetByteCount(text);
        Int(length + 1);
        Encoding.UTF8.GetBytes(text, _bytes.GetSpan(length));
        _bytes.Advance(length);
    }

    private void Byte(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }

    private void Int(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.GetSpan(sizeof(int)), value);
        _bytes.Advance(sizeof(int));
    }

    private void Long(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.GetSpan(sizeof(long)), value);
        _bytes.Advance(sizeof(long));
    }
}
