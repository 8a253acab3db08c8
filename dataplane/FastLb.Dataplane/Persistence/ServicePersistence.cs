using FastLb.Dataplane.Flows;

namespace FastLb.Dataplane.Persistence;

/// <summary>How a service keeps its clients with their servers.</summary>
/// <param name="Timeout">How long a client stays with its server after its last new connection.</param>
/// <param name="Mask">The bits of a client's address that count, as a number: 0xFFFFFF00 keeps each /24 together.</param>
public sealed record ServicePersistence(TimeSpan Timeout, uint Mask)
{
    /// <summary>The timeout in ticks of <see cref="TimingWheel"/>, at least one.</summary>
    internal uint Ticks { get; } = (uint)Math.Max(1, Timeout.Ticks * 100 / TimingWheel.TickNanoseconds);
}
