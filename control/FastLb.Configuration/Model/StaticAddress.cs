namespace FastLb.Configuration.Model;

/// <summary>An address that the director holds whatever the state of its instances (<c>static_ipaddress</c>).</summary>
/// <param name="Address">The address with its options, written as a virtual one is.</param>
/// <param name="TrackGroup">The <see cref="Model.TrackGroup"/> that fails while its interface is down; null for none.</param>
public sealed record StaticAddress(VirtualAddress Address, string? TrackGroup);
