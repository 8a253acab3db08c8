namespace FastLb.VrrpHost.Events;

/// <summary>The lines of event pipes, without their newline.</summary>
internal static class EventLines
{
    /// <summary>The priority that stands in the lines of groups, which have none.</summary>
    public const int GroupPriority = 0;

    public static string OfInstance(string name, VrrpEvent what, int priority) => $"INSTANCE \"{name}\" {VrrpEvents.Word(what)} {priority}";

    public static string OfGroup(string name, VrrpEvent what) => $"GROUP \"{name}\" {VrrpEvents.Word(what)} {GroupPriority}";
}
