using Lifecycle.Sdk.Evaluation;

namespace Lifecycle.Sdk;

/// <summary>The result of a named check of a version.</summary>
/// <param name="Name">The check's name, 1 to 250 characters.</param>
/// <param name="Passed">Whether it passed.</param>
/// <param name="Details">What was found, text or JSON, up to 65,536 characters.</param>
public sealed record ModelCheck(string Name, bool Passed, string Details = "")
{
    /// <summary>The result of a validation gate as a check with the gate's name.</summary>
    /// <param name="result">The result, which is attached as JSON; <see cref="GateResult.FromJson"/> reads it back.</param>
    /// <returns>The check.</returns>
    public static ModelCheck Of(GateResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new ModelCheck(result.Gate, result.Passed, result.ToJson());
    }
}

/// <summary>Somebody's approval of a version.</summary>
/// <param name="Target">For what, as <see cref="PromotionTarget.ToString"/> writes it.</param>
/// <param name="Approver">Who.</param>
/// <param name="Reason">Why.</param>
/// <param name="Time">When.</param>
public sealed record ModelApproval(string Target, string Approver, string Reason, DateTimeOffset Time);
