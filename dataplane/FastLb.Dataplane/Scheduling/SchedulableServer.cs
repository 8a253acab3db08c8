using FastLb.Wire;

namespace FastLb.Dataplane.Scheduling;

/// <summary>What a scheduler knows of a real server.</summary>
/// <param name="Slot">Its slot.</param>
/// <param name="Weight">0 takes no new flows.</param>
/// <param name="Address">Its address.</param>
/// <param name="Port">Its port.</param>
/// <param name="LastWeight">The weight, or the one before it became 0.</param>
public readonly record struct SchedulableServer(ushort Slot, int Weight, IpAddress Address = default, ushort Port = 0, int LastWeight = 0);
