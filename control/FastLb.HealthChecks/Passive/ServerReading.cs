namespace FastLb.HealthChecks.Passive;

/// <summary>What has been counted of a server at one moment.</summary>
/// <param name="Service">The service.</param>
/// <param name="Server">Its server.</param>
/// <param name="Totals">Since the start of whoever counts.</param>
public readonly record struct ServerReading(ServiceIdentity Service, ServerIdentity Server, OpeningTotals Totals);
