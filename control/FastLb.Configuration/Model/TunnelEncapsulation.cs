namespace FastLb.Configuration.Model;

/// <summary>How packets are wrapped on their way through a tunnel (<c>lb_kind TUN type …</c>).</summary>
/// <param name="Type">The kind of tunnel.</param>
/// <param name="Port">The UDP port of GUE; 0 for the others.</param>
/// <param name="Checksum">What protects the outer header.</param>
public sealed record TunnelEncapsulation(TunnelType Type, ushort Port, TunnelChecksum Checksum)
{
    /// <summary>IP in IP (RFC 2003), which is what is meant when nothing is said.</summary>
    public static TunnelEncapsulation IpInIp { get; } = new(TunnelType.IpInIp, 0, TunnelChecksum.None);
}

/// <summary>The kinds of tunnels that IPVS has.</summary>
public enum TunnelType
{
    /// <summary><c>ipip</c>: IP in IP (RFC 2003).</summary>
    IpInIp,

    /// <summary><c>gue</c>: generic UDP encapsulation.</summary>
    Gue,

    /// <summary><c>gre</c>: generic routing encapsulation (RFC 2784).</summary>
    Gre,
}

/// <summary>What protects the outer header of a tunnel.</summary>
public enum TunnelChecksum
{
    /// <summary><c>nocsum</c>.</summary>
    None,

    /// <summary><c>csum</c>: a checksum of the outer header; GUE and GRE.</summary>
    Outer,

    /// <summary><c>remcsum</c>: the inner checksum is left to the other end; GUE only.</summary>
    Remote,
}
