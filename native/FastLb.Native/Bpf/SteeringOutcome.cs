namespace FastLb.Native.Bpf;

/// <summary>
/// What the steering program did with a frame: <c>enum steering_outcome</c> of <c>native/bpf/steering.h</c>. Every frame has exactly one outcome; all but the
/// first four went to the kernel's stack.
/// </summary>
public enum SteeringOutcome
{
    /// <summary>For a service, given to the AF_XDP socket of its receive queue. The first fragment of a packet, which has the ports, included.</summary>
    Steered,

    /// <summary>A later fragment of a packet to the address and protocol of some service, or from those of some NAT server; given to the socket.</summary>
    SteeredFragment,

    /// <summary>From a NAT server to another host; given to the socket.</summary>
    SteeredReturn,

    /// <summary>An ICMP error about a packet to or from a service, to a NAT server, or about a tunnel packet of this host's; given to the socket.</summary>
    SteeredIcmpError,

    /// <summary>One of the former, but no socket is registered for its receive queue.</summary>
    NoSocket,

    /// <summary>To a group address, or another host's frame that a bridge flooded.</summary>
    NotOwnMac,

    /// <summary>Given back to the kernel by FastLb, and met again by the program in generic mode.</summary>
    Punted,

    /// <summary>No IPv4: ARP, IPv6, more than two VLAN tags and so on.</summary>
    NotIPv4,

    /// <summary>Headers or their lengths contradict themselves or the frame, or the headers aren't wholly in its first buffer.</summary>
    Malformed,

    /// <summary>A later fragment for no service and from no NAT server, or any fragment of an ICMP message.</summary>
    Fragment,

    /// <summary>Neither TCP nor UDP nor an ICMP error.</summary>
    OtherProtocol,

    /// <summary>TCP or UDP, to no service and from no NAT server.</summary>
    NoService,

    /// <summary>From a NAT server to this host itself, or an ICMP error about what this host itself sent to one: health checks.</summary>
    ServerToHost,

    /// <summary>An ICMP error about a packet that has to do with no service.</summary>
    UnrelatedIcmpError,
}
