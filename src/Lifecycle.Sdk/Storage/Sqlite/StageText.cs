namespace Lifecycle.Sdk.Storage.Sqlite;

/// <summary>Stages as the tables spell them.</summary>
internal static class StageText
{
    public const string Active = "active";
    public const string Deleted = "deleted";

    public static string Of(LifecycleStage stage) => stage == LifecycleStage.Deleted ? Deleted : Active;

    public static bool TryParse(string text, out LifecycleStage stage)
    {
        stage = text == Deleted ? LifecycleStage.Deleted : LifecycleStage.Active;
        return text is Active or Deleted;
    }
}
