using System.Text.Json;

namespace Lifecycle.Sdk.Golden;

/// <summary>
/// What one file gave; <see cref="Failures"/> has one line per differing field, so it can be longer than <see cref="Failed"/>.
/// </summary>
internal sealed record GoldenSummary(int Passed, int Failed, IReadOnlyList<string> Failures);

/// <summary>Runs files in the golden/1 format, which <c>cases/README.md</c> describes.</summary>
internal static class GoldenRunner
{
    public static string DefaultFolder => Path.Combine(AppContext.BaseDirectory, "cases");

    public static GoldenSummary Run(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        var root = document.RootElement;
        if (!root.TryGetProperty("format", out var format) || format.GetString() != "golden/1")
            return new GoldenSummary(0, 1, ["is not in the golden/1 format"]);

        var table = KindTable.Default;
        var tolerances = Tolerances.OfFile(root);
        var failures = new List<string>();
        int passed = 0, failed = 0;
        foreach (var element in root.GetProperty("cases").EnumerateArray())
        {
            var golden = new GoldenCase(element, tolerances);
            var before = failures.Count;
            Run(golden, table, failures);
            if (failures.Count == before)
                passed++;
            else
                failed++;
        }

        return new GoldenSummary(passed, failed, failures);
    }

    private static void Run(GoldenCase golden, KindTable table, List<string> failures)
    {
        if (!table.TryGet(golden.Kind, out var handler))
        {
            failures.Add($"{golden.Id} unknown kind '{golden.Kind}'");
            return;
        }

        GoldenResult result;
        try
        {
            result = handler(golden);
        }
        catch (ArgumentException exception)
        {
            if (!Comparison.MayRefuse(golden))
                failures.Add($"{golden.Id} got {exception.GetType().Name} \"{exception.Message}\" want {golden.Expected}");
            return;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Anything but an argument error is a crash of the library, which is a failure of this case and not of the run.
            failures.Add($"{golden.Id} crashed: {exception}");
            return;
        }

        foreach (var name in golden.Unread)
            failures.Add($"{golden.Id} gives '{name}', which the kind '{golden.Kind}' does not know");
        foreach (var difference in Comparison.Differences(golden, result))
            failures.Add($"{golden.Id} {difference}");
    }
}
