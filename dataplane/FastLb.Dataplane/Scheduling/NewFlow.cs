using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Scheduling;

/// <summary>The flow that a server is chosen for.</summary>
/// <param name="Key">Its key: who the client is and whom it talks to.</param>
/// <param name="Now">The time of its first packet.</param>
public readonly record struct NewFlow(FlowKey Key, MonotonicTime Now);
