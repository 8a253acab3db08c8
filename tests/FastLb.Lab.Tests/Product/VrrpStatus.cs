namespace FastLb.Lab.Tests.Product;

/// <summary>What <c>fastlb vrrp --json</c> prints, as far as tests look at it.</summary>
internal sealed record VrrpStatus(IReadOnlyList<VrrpInstanceStatus> Instances);

/// <param name="State">master, backup, fault or init.</param>
internal sealed record VrrpInstanceStatus(string Name, string Interface, int VirtualRouterId, string State, string Cause, int Priority, VrrpCounters Counters);

/// <param name="Received">Advertisements heeded.</param>
/// <param name="Discarded">Packets discarded, by reason.</param>
internal sealed record VrrpCounters(long BecameMaster, long Received, IReadOnlyDictionary<string, long> Discarded);
