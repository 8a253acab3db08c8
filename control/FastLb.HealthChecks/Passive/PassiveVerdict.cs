namespace FastLb.HealthChecks.Passive;

/// <summary>What clients' connections say of a server.</summary>
/// <param name="Service">The service.</param>
/// <param name="Server">Its server.</param>
/// <param name="IsFailing">True when it is to be suspected; false when it has answered a connection since the last reading.</param>
/// <param name="Counted">Of a failing server: the window's connections. Else those since the last reading.</param>
public sealed record PassiveVerdict(ServiceIdentity Service, ServerIdentity Server, bool IsFailing, OpeningTotals Counted);
