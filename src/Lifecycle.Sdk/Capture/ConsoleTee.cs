using System.Collections.Immutable;
using System.Text;

namespace Lifecycle.Sdk.Capture;

/// <summary>Shows console output as before and also hands it to the runs that capture it. Put in front of the console once, by the first of them.</summary>
internal sealed class ConsoleTee : TextWriter
{
    private static readonly Lock Gate = new();
    private static ImmutableArray<TextParts> s_sinks = [];
    private readonly TextWriter _console;

    private ConsoleTee(TextWriter console) : base(System.Globalization.CultureInfo.InvariantCulture) => _console = console;

    public override Encoding Encoding => _console.Encoding;

    public static IDisposable Attach(TextParts sink)
    {
        lock (Gate)
        {
            if (s_sinks.IsEmpty)
            {
                Console.SetOut(new ConsoleTee(Unwrap(Console.Out)));
                Console.SetError(new ConsoleTee(Unwrap(Console.Error)));
            }

            s_sinks = s_sinks.Add(sink);
        }

        return new Attachment(sink);
    }

    public override void Write(char value)
    {
        _console.Write(value);
        Hand([value]);
    }

    public override void Write(string? value)
    {
        _console.Write(value);
        Hand(value);
    }

    public override void Write(char[] buffer, int index, int count)
    {
        _console.Write(buffer, index, count);
        Hand(buffer.AsSpan(index, count));
    }

    public override void Write(ReadOnlySpan<char> buffer)
    {
        _console.Write(buffer);
        Hand(buffer);
    }

    public override void WriteLine(string? value)
    {
        _console.WriteLine(value);
        Hand(value);
        Hand("\n");
    }

    public override void Flush() => _console.Flush();

    private static void Hand(ReadOnlySpan<char> text)
    {
        foreach (var sink in s_sinks) sink.Write(text);
    }

    // A host may have replaced the console since: wrap what is there, but never ourselves.
    private static TextWriter Unwrap(TextWriter writer) => writer is ConsoleTee tee ? tee._console : writer;

    private sealed class Attachment(TextParts sink) : IDisposable
    {
        public void Dispose()
        {
            lock (Gate) s_sinks = s_sinks.Remove(sink);
            sink.Dispose();
        }
    }
}
