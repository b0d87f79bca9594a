namespace Lifecycle.Sdk.Samples.Evaluation;

/// <summary>Logistic regression by plain gradient descent.</summary>
internal sealed class LogisticRegression
{
    private const int Steps = 500;
    private const double Rate = 0.5;

    private readonly double[] _weights;
    private double _bias;

    private LogisticRegression(int features) => _weights = new double[features];

    public static LogisticRegression Train(double[][] features, bool[] truth)
    {
        var model = new LogisticRegression(features[0].Length);
        for (var step = 0; step < Steps; step++)
        {
            var gradient = new double[model._weights.Length];
            var bias = 0.0;
            for (var row = 0; row < features.Length; row++)
            {
                var error = model.Probability(features[row]) - (truth[row] ? 1 : 0);
                bias += error;
                for (var j = 0; j < gradient.Length; j++)
                    gradient[j] += error * features[row][j];
            }

            model._bias -= Rate * bias / features.Length;
            for (var j = 0; j < gradient.Length; j++)
                model._weights[j] -= Rate * gradient[j] / features.Length;
        }

        return model;
    }

    public double Probability(double[] row) => 1 / (1 + Math.Exp(-_bias - row.Zip(_weights, (value, weight) => value * weight).Sum()));
}
