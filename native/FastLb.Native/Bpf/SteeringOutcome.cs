namespace FastLb.Native.Bpf;

/// <summary>
/// What the steering program did with a frame: <c>enum steering_outcome</c> of <c>native/bpf/steering.h</c>. Every frame has exactly one outcome; all but
/// <see cref="Steered"/> went to the kernel's stack.
/// </summary>
public enum SteeringOutcome
{
    /// <summary>Given to the AF_XDP socket of its receive queue.</summary>
    Steered,

    /// <summary>For a service, but no socket is registered for its receive queue.</summary>
    NoSocket,

    /// <summary>To a group address, or another host's frame that a bridge flooded.</summary>
    NotOwnMac,

    /// <summary>Not plain IPv4: ARP, IPv6, VLAN-tagged and so on.</summary>
    NotIPv4,

    /// <summary>The IPv4 header or its lengths contradict themselves or the frame.</summary>
    Malformed,

    /// <summary>A fragment, the first one included.</summary>
    Fragment,

    /// <summary>Neither TCP nor UDP.</summary>
    OtherProtocol,

    /// <summary>TCP or UDP to an address and port of no service.</summary>
    NoService,
}
