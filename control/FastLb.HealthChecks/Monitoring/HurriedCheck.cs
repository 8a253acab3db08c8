namespace FastLb.HealthChecks.Monitoring;

/// <summary>A check that was to be made now.</summary>
/// <param name="Service">The service that it is made for.</param>
/// <param name="Check">Which.</param>
/// <param name="Attempt">What comes of it, as of <see cref="CheckPace.Hurry"/>.</param>
public sealed record HurriedCheck(ServiceIdentity Service, CheckIdentity Check, Task<ProbeAttempt> Attempt);
