using System.Globalization;
using Lifecycle.Sdk.Golden;

// Runs every golden case of a folder (default: the cases that travel with this program) and says what differs.
if (args.Length > 1)
{
    Console.Error.WriteLine("usage: Lifecycle.Sdk.Golden [FOLDER]");
    return 2;
}

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var folder = args.Length == 1 ? args[0] : GoldenRunner.DefaultFolder;
if (!Directory.Exists(folder))
{
    Console.Error.WriteLine($"There is no folder '{folder}'.");
    return 2;
}

var files = Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal).ToList();
if (files.Count == 0)
{
    Console.Error.WriteLine($"The folder '{folder}' holds no *.json file.");
    return 2;
}

int passed = 0, failed = 0;
foreach (var file in files)
{
    var summary = GoldenRunner.Run(file);
    foreach (var failure in summary.Failures)
        Console.WriteLine($"{Path.GetFileName(file)} {failure}");
    passed += summary.Passed;
    failed += summary.Failed;
}

Console.WriteLine($"{passed} passed, {failed} failed");
return failed == 0 ? 0 : 1;
