namespace FastLb.Dataplane.Services;

/// <summary>How packets get to a real server.</summary>
public enum ForwardingMethod : byte
{
    /// <summary>To the server's MAC address, otherwise unchanged (IPVS "Route"); replies don't pass the director.</summary>
    DirectRouting = 0,

    /// <summary>With the server's address and port in place of the virtual ones, which replies get back here (IPVS "Masq").</summary>
    AddressTranslation,

    /// <summary>Whole, inside a packet from the director to the server (IPVS "Tunnel"); replies don't pass the director.</summary>
    Tunnel,
}
