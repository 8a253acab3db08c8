namespace FastLb.Native.Bfd;

/// <summary>The UDP ports of BFD control packets.</summary>
public static class BfdPorts
{
    /// <summary>Destination of sessions over one hop (RFC 5881 section 4).</summary>
    public const ushort SingleHop = 3784;

    /// <summary>Destination of sessions across routers (RFC 5883 section 5).</summary>
    public const ushort Multihop = 4784;

    /// <summary>The least source port (RFC 5881 section 4); the greatest is 65535.</summary>
    public const ushort FirstSource = 49152;

    /// <summary>How many source ports there are.</summary>
    public const int SourceCount = ushort.MaxValue - FirstSource + 1;
}
