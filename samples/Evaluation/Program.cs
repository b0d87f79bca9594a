using Lifecycle.Sdk.Evaluation;
using Lifecycle.Sdk.Samples.Evaluation;

var data = Passengers.Read(Path.Combine(AppContext.BaseDirectory, "titanic_reference.csv"));
int[] truth = [.. data.Survived.Select(survived => survived ? 1 : 0)];

// 1. Predict every passenger by a model that has not seen them: stratified 10-fold, the same folds for both models.
//    The old rule knows the sex only: women survive with 75 %, men with 20 %. The new model is a logistic regression.
double[] rule = [.. data.Sex.Select(sex => sex == "female" ? 0.75 : 0.2)];
double[] model = new double[truth.Length];
List<double> ruleByFold = [], modelByFold = [];
var folds = Splits.StratifiedKFold(truth, folds: 10, seed: 1);
foreach (var fold in folds)
{
    var trained = LogisticRegression.Train(fold.TrainRows<double[]>(data.Features), fold.TrainRows<bool>(data.Survived));
    foreach (var row in fold.Test)
        model[row] = trained.Probability(data.Features[row]);

    bool[] tested = fold.TestRows<bool>(data.Survived);
    ruleByFold.Add(ClassificationMetrics.RocAuc(tested, fold.TestRows<double>(rule)));
    modelByFold.Add(ClassificationMetrics.RocAuc(tested, fold.TestRows<double>(model)));
}

// 2. Everything about the new model in one report.
var report = ClassificationReport.Compute(data.Survived, model);
Heading("The new model, by 10-fold cross-validation");
Console.WriteLine(report);

var accuracy = Bootstrap.Interval<int, int>(truth, Hard(model), (y, f) => ClassificationMetrics.Accuracy(y, f));
Console.WriteLine($"accuracy {accuracy.Interval} (bootstrap)");

// 3. Is it better than the rule? The same passengers, so paired tests.
Heading("Against the old rule");
var byAccuracy = ModelComparison.McNemar(truth, Hard(rule), Hard(model));
var byArea = ModelComparison.DeLong(data.Survived, rule, model);
var byFold = ModelComparison.CorrectedResampledTTest("roc_auc per fold", [.. ruleByFold], [.. modelByFold], testToTrainRatio: 1.0 / 9);
var byLoss = ModelComparison.PairedPermutation<bool, double>(
    "log_loss", data.Survived, rule, model, (y, p) => ClassificationMetrics.LogLoss(y, p), MetricDirection.LowerIsBetter,
    permutations: 2_000);
foreach (var comparison in (ComparisonResult[])[byAccuracy, byArea, byFold, byLoss])
    Console.WriteLine(comparison);

// 4. How does it treat women and men, and the classes among them?
bool[] selected = [.. model.Select(probability => probability >= 0.5)];
Heading("Fairness by sex");
var bySex = FairnessReport.Compute(data.Survived, selected, data.Sex, new FairnessOptions { PrivilegedGroup = "female" });
Console.WriteLine(bySex);
Heading("Fairness by sex and class");
Console.WriteLine(FairnessReport.Compute(data.Survived, selected, SensitiveGroups.Intersect(data.Sex, data.Class)));

// 5. May it be released? One gate for quality, and one for fairness, which this model cannot pass: "women first" is in the data.
Heading("Gates");
var quality = new ValidationGate(
    "quality",
    GateRule.AtLeast("roc_auc", 0.82),
    GateRule.AtMost("expected_calibration_error", 0.08),
    GateRule.Better("roc_auc", alpha: 0.01),
    GateRule.NotWorse("accuracy", alpha: 0.05));
var passed = quality.Evaluate(report.Metrics, byAccuracy, byArea);
passed.ThrowIfFailed();
Console.WriteLine(passed);

var fairness = new ValidationGate(
    "fairness", GateRule.AtMost("demographic_parity_difference", 0.2), GateRule.AtLeast("disparate_impact", 0.8));
var failed = fairness.Evaluate(bySex.Metrics);
Console.WriteLine(failed);
return failed.Passed ? 1 : 0;

static int[] Hard(double[] probabilities) => [.. probabilities.Select(probability => probability >= 0.5 ? 1 : 0)];

static void Heading(string text) => Console.WriteLine($"\n{text}\n{new string('=', text.Length)}");
