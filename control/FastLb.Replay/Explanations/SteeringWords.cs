using FastLb.Native.Bpf;

namespace FastLb.Replay.Explanations;

/// <summary>Why the steering program leaves frames to the kernel, in plain words.</summary>
public static class SteeringWords
{
    /// <summary>The reason; empty for a frame that is given to the dataplane.</summary>
    public static string Of(SteeringOutcome outcome) => outcome switch
    {
        SteeringOutcome.NoSocket => "no socket takes frames of its queue",
        SteeringOutcome.NotOwnMac => "not to the director's Ethernet address",
        SteeringOutcome.Punted => "given back to the kernel by a director before",
        SteeringOutcome.NotIPv4 => "not IPv4",
        SteeringOutcome.Malformed => "headers that contradict themselves or are cut off",
        SteeringOutcome.Fragment => "a fragment that is no service's",
        SteeringOutcome.OtherProtocol => "neither TCP nor UDP nor an ICMP error",
        SteeringOutcome.NoService => "no virtual service at this address, protocol and port",
        SteeringOutcome.ServerToHost => "from a real server to the director itself",
        SteeringOutcome.UnrelatedIcmpError => "an ICMP error that has to do with no service",
        _ => string.Empty,
    };
}
