using FastLb.DataplaneChannel.Messages;

namespace FastLb.Control.Explanations;

/// <summary>What <c>fastlb explain</c> shows.</summary>
/// <param name="Packet">The question.</param>
/// <param name="IsSteered">Whether the packet would be taken from the kernel at all; null when that isn't certain, because it is for no service.</param>
/// <param name="Explanation">What the dataplane would decide about it if it gets it.</param>
/// <param name="Notes">What else there is to know: who is down, who holds the address.</param>
public sealed record DirectorExplanation(PacketQuestion Packet, bool? IsSteered, PacketExplanation Explanation, IReadOnlyList<string> Notes);
