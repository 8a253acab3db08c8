namespace FastLb.Configuration.Model;

/// <summary>Gratuitous messages that keep switches from forgetting the MAC addresses of further interfaces (<c>garp_extra_if</c>).</summary>
/// <param name="Period">From one message to the next, up to a day; zero for none.</param>
/// <param name="OnAllInterfaces">True for all interfaces that hold addresses of the instance but do not advertise; false for virtual MACs and IPVLANs alone.</param>
public sealed record ExtraGratuitousArp(TimeSpan Period, bool OnAllInterfaces);
