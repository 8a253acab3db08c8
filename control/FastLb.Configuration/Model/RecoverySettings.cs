namespace FastLb.Configuration.Model;

/// <summary>How servers that have been down come back; keepalived gives them their full share at once.</summary>
public sealed record RecoverySettings
{
    /// <summary>The time in which a server that has come up gains its full weight (<c>slow_start</c>); null for at once.</summary>
    public TimeSpan? SlowStart { get; init; }

    /// <summary>What keeps a server out that goes down again and again (<c>flap_damping</c>); null for nothing.</summary>
    public FlapDamping? Damping { get; init; }
}

/// <summary>When a server that goes down again and again is kept out.</summary>
/// <param name="Falls">How often it must have gone down; at least 2.</param>
/// <param name="Window">Within which time.</param>
/// <param name="Hold">How long it must then pass all its checks on end before it is taken back.</param>
public sealed record FlapDamping(int Falls, TimeSpan Window, TimeSpan Hold);
