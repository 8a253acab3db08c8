namespace FastLb.Dataplane.Scheduling;

/// <summary>What a scheduler would choose.</summary>
/// <param name="Position">Of the server in the list; -1 for none.</param>
/// <param name="Reason">Why, for people, beginning with the scheduler's name.</param>
public readonly record struct SchedulerChoice(int Position, string Reason);
