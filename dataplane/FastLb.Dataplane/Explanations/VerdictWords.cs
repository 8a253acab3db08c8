using FastLb.Dataplane.Pipeline;

namespace FastLb.Dataplane.Explanations;

/// <summary>Verdict reasons in plain words.</summary>
public static class VerdictWords
{
    /// <summary>A sentence without its full stop, that can stand behind the reason's name; empty for a reason that has none.</summary>
    public static string Of(VerdictReason reason) => reason switch
    {
        VerdictReason.ForwardedDirect => "sent to the real server by direct routing",
        VerdictReason.ForwardedTranslated => "sent to the real server with its address in place of the virtual one",
        VerdictReason.ForwardedReply => "the real server's reply, sent to the client as from the virtual address",
        VerdictReason.ForwardedTunnel => "sent to the real server inside a tunnel packet",
        VerdictReason.RelayedIcmpError => "an ICMP error about a packet of the connection, passed on to the party that sent that packet",
        VerdictReason.TunnelIcmpError => "an ICMP error about a tunnel packet: the size that fits is remembered, and the client's next packet that is too big answered",
        VerdictReason.NotOurs => "belongs to no connection and no service: given back to the kernel",
        VerdictReason.PuntRefused => "was to be given back to the kernel, which did not take it",
        VerdictReason.NotIp => "not IPv4, or cut off: given back to the kernel",
        VerdictReason.MalformedIp => "the IPv4 header contradicts itself or the frame: dropped",
        VerdictReason.BadIpChecksum => "the IPv4 header's checksum is wrong: dropped",
        VerdictReason.MalformedTransport => "the TCP, UDP or ICMP header is cut off or wrong: dropped",
        VerdictReason.FragmentUnmatched => "a later fragment whose first one, which alone has the ports, has not been seen: given back to the kernel",
        VerdictReason.UnsupportedProtocol => "neither TCP nor UDP: dropped",
        VerdictReason.NoService => "there is no virtual service at this address, protocol and port: dropped",
        VerdictReason.UnknownFlow => "of no connection that is known, and not one that may begin one, as a SYN does: refused, dropped or given back to the kernel, as set",
        VerdictReason.NoServer => "no real server takes new connections: answered with \"port unreachable\" where that is allowed",
        VerdictReason.ServerRemoved => "the connection's real server is not in the service any more: dropped",
        VerdictReason.TtlExpired => "the time to live ends here: answered with \"time exceeded\" where that is allowed",
        VerdictReason.TooBig => "larger than the way takes: answered with \"fragmentation needed\" if it must not be fragmented, else dropped",
        VerdictReason.Denied => "of a client that is denied, or for one: dropped",
        VerdictReason.ClientRateLimited => "the client has begun as many connections as it may for now: dropped",
        VerdictReason.FlowTableFull => "the flow table has no room for another connection: dropped",
        VerdictReason.ReturnPathTaken => "the client's endpoint talks to the same real server through another service already, so that replies could not be told apart: dropped",
        VerdictReason.NoHeadroom => "no room before the packet for what has to be put there: dropped",
        VerdictReason.NoRoute => "there is no way to the real server, or to the client, by an interface that is served: dropped",
        VerdictReason.AdjacencyUnresolved => "the real server's Ethernet address was not found out in time: dropped",
        VerdictReason.AdjacencyQueueFull => "too many frames wait for the real server's Ethernet address already: dropped",
        VerdictReason.TransmitRingFull => "the interface took no more frames at that moment: dropped",
        VerdictReason.OutOfChunks => "too little memory was free to cut it into segments: dropped",
        VerdictReason.TooManyChunks => "lies in more pieces than the kernel sends as one frame: dropped",
        VerdictReason.IcmpRateLimited => "would be answered with an ICMP error, of which too many have been sent: dropped",
        VerdictReason.HandOverRingFull => "the worker that decides about it was too busy: dropped",
        VerdictReason.None => "waits until the real server's Ethernet address is known",
        _ => string.Empty,
    };
}
