namespace FastLb.Bfd.Hosting;

/// <summary>A session has become up, or is up no longer.</summary>
/// <param name="Session">Its name in the configuration.</param>
/// <param name="IsUp">True when each end hears the other from now on.</param>
/// <param name="At">When it happened.</param>
public sealed record BfdEvent(string Session, bool IsUp, DateTimeOffset At);
