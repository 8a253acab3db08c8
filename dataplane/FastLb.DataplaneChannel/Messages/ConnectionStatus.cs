using System.Net;

namespace FastLb.DataplaneChannel.Messages;

/// <summary>A connection that the dataplane knows, or, with a client's port of 0, the template that keeps a client with its server.</summary>
/// <param name="Protocol">Its transport protocol; <see cref="TransportProtocol.Any"/> for the template of a firewall mark.</param>
/// <param name="Client">Who opened it; of a template, what of the address counts.</param>
/// <param name="ClientPort">The port that it was opened from.</param>
/// <param name="VirtualAddress">What it was opened to; of the template of a firewall mark, the mark.</param>
/// <param name="VirtualPort">The service's port; 0 in templates for all ports.</param>
/// <param name="Server">The real server that it goes to.</param>
/// <param name="ServerPort">The server's port.</param>
/// <param name="State">Its state as IPVS names it: <c>ESTABLISHED</c>, <c>FIN_WAIT</c>, <c>UDP</c> ...; of a template <c>NONE</c> or <c>ASSURED</c>.</param>
/// <param name="ExpiresIn">Seconds until it is forgotten if no packet comes.</param>
public sealed record ConnectionStatus(
    TransportProtocol Protocol,
    IPAddress Client,
    ushort ClientPort,
    IPAddress VirtualAddress,
    ushort VirtualPort,
    IPAddress Server,
    ushort ServerPort,
    string State,
    double ExpiresIn);

/// <summary>Which connections are asked for; what is null is not asked of them.</summary>
/// <param name="Protocol">Their transport protocol.</param>
/// <param name="VirtualAddress">Their service's address.</param>
/// <param name="VirtualPort">Their service's port.</param>
/// <param name="Server">Their real server's address.</param>
/// <param name="ServerPort">Their real server's port.</param>
/// <param name="Client">Their client's address, of which <paramref name="ClientPrefixLength"/> bits count.</param>
/// <param name="ClientPrefixLength">0 to 32; null for all bits.</param>
public sealed record ConnectionFilter(
    TransportProtocol? Protocol = null,
    IPAddress? VirtualAddress = null,
    ushort? VirtualPort = null,
    IPAddress? Server = null,
    ushort? ServerPort = null,
    IPAddress? Client = null,
    int? ClientPrefixLength = null);
