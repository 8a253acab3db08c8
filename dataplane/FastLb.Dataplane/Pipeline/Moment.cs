namespace FastLb.Dataplane.Pipeline;

/// <summary>The time of a batch, and the tick of the timing wheel that it lies in.</summary>
internal readonly record struct Moment(MonotonicTime Now, uint Tick);
