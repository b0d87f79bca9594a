using System.Globalization;

namespace Lifecycle.Sdk.Benchmarks.Figures;

/// <summary>One promise and how it is measured. The measurement runs when the line is printed.</summary>
/// <param name="Name">The promise.</param>
/// <param name="Measure">Measures product and floor in this process, in this run.</param>
internal sealed record Figure(string Name, Func<Measurement> Measure);

/// <summary>What was measured.</summary>
/// <param name="Product">What the product reached, with its unit.</param>
/// <param name="Floor">What the floor reached in the same run, with its unit.</param>
/// <param name="Ratio">Product by floor, or null where a ratio means nothing.</param>
/// <param name="Goal">The goal in words.</param>
/// <param name="Ok">Whether the goal is met.</param>
internal sealed record Measurement(string Product, string Floor, double? Ratio, string Goal, bool Ok)
{
    public string RatioText => Ratio is { } ratio ? ratio.ToString(ratio < 10 ? "0.00" : "0", CultureInfo.InvariantCulture) : "-";
}
