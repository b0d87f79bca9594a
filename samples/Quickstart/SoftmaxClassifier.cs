namespace Lifecycle.Sdk.Samples.Quickstart;

/// <summary>Multinomial logistic regression, trained one mini-batch at a time.</summary>
internal sealed class SoftmaxClassifier
{
    private readonly float[] _gradient = new float[Digits.Classes * (Digits.Pixels + 1)];

    /// <summary>One row a class: 64 weights and a bias.</summary>
    public float[] Weights { get; } = new float[Digits.Classes * (Digits.Pixels + 1)];

    /// <summary>Takes one step down the gradient and returns the mean cross-entropy before it.</summary>
    public double TrainBatch(ReadOnlySpan<float[]> x, ReadOnlySpan<int> y, float learningRate, float l2)
    {
        Array.Clear(_gradient);
        Span<float> p = stackalloc float[Digits.Classes];
        double loss = 0;
        for (var i = 0; i < x.Length; i++)
        {
            Probabilities(x[i], p);
            loss -= Math.Log(Math.Max(p[y[i]], 1e-12f));
            p[y[i]] -= 1;
            for (var k = 0; k < Digits.Classes; k++)
            {
                var row = _gradient.AsSpan(k * (Digits.Pixels + 1), Digits.Pixels + 1);
                for (var j = 0; j < Digits.Pixels; j++) row[j] += p[k] * x[i][j];
                row[Digits.Pixels] += p[k];
            }
        }

        for (var w = 0; w < Weights.Length; w++) Weights[w] -= learningRate * (_gradient[w] / x.Length + l2 * Weights[w]);
        return loss / x.Length;
    }

    public int Predict(float[] x)
    {
        Span<float> p = stackalloc float[Digits.Classes];
        Probabilities(x, p);
        var best = 0;
        for (var k = 1; k < Digits.Classes; k++) best = p[k] > p[best] ? k : best;
        return best;
    }

    private void Probabilities(float[] x, Span<float> p)
    {
        var max = float.NegativeInfinity;
        for (var k = 0; k < Digits.Classes; k++)
        {
            var row = Weights.AsSpan(k * (Digits.Pixels + 1), Digits.Pixels + 1);
            var logit = row[Digits.Pixels];
            for (var j = 0; j < Digits.Pixels; j++) logit += row[j] * x[j];
            p[k] = logit;
            max = Math.Max(max, logit);
        }

        float sum = 0;
        for (var k = 0; k < Digits.Classes; k++) sum += p[k] = MathF.Exp(p[k] - max);
        for (var k = 0; k < Digits.Classes; k++) p[k] /= sum;
    }
}
