using Lifecycle.Sdk.Drift;
using Lifecycle.Sdk.Quality;
using Lifecycle.Sdk.Samples.Drift;

string folder = args.Length > 0 ? args[0] : ".";
Directory.CreateDirectory(folder);

// 1. Summarise the reference once and save it: the raw values are not needed any more.
Table past = Csv.Read("california_housing_reference.csv", leaveOut: ["id", "timestamp", "clf_target"]);
string saved = DriftReference.Of(past).ToJson();
Console.WriteLine($"California housing: {past.RowCount} reference rows in {saved.Length / 1024} KB of JSON.\n");

// 2. Later, with new data: compare. A column may have a test of its own; differences too small to matter need not alarm.
Table now = Csv.Read("california_housing_analysis.csv", leaveOut: ["id", "timestamp"]);
var options = new DriftOptions { MinimumEffect = 0.05, Tests = { ["y_pred_proba"] = DriftTest.PopulationStability } };
Show("california", "California housing", DriftReport.Compare(DriftReference.FromJson(saved), now, options));

// 3. With both tables at hand they can be compared directly, here with categories and missing values.
Table before = Csv.Read("titanic_reference.csv", leaveOut: ["PassengerId"]);
Table after = Csv.Read("titanic_analysis.csv", leaveOut: ["PassengerId"]);
Show("titanic", "Titanic", DriftReport.Compare(before, after));

void Show(string file, string title, DriftReport report)
{
    // 4. The report is a record: text for the console, HTML for people, JSON for programs.
    Console.WriteLine($"{title}\n{report.ToText()}");
    string page = Path.Combine(folder, $"drift-{file}.html");
    File.WriteAllText(page, report.ToHtml($"Drift: {title}"));
    Console.WriteLine($"Written: {page}\n");
}
