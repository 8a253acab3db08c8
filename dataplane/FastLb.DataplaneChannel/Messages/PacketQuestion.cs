using System.Net;

namespace FastLb.DataplaneChannel.Messages;

/// <summary>A packet that nobody has sent.</summary>
/// <param name="Protocol">Its transport protocol.</param>
/// <param name="Source">Who would send it.</param>
/// <param name="SourcePort">From which port.</param>
/// <param name="Destination">Whom it would be addressed to.</param>
/// <param name="DestinationPort">To which port.</param>
/// <param name="Flags">TCP's control bits as in its header: FIN 1, SYN 2, RST 4, PSH 8, ACK 16.</param>
public sealed record PacketQuestion(TransportProtocol Protocol, IPAddress Source, ushort SourcePort, IPAddress Destination, ushort DestinationPort, byte Flags);
