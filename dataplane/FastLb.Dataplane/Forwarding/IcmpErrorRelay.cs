using FastLb.Wire;

namespace FastLb.Dataplane.Forwarding;

/// <summary>
/// Rewrites ICMP errors about packets whose addresses were translated, so that the party that sent the packet recognises it (RFC 5508 §4.2, as IPVS's
/// <c>ip_vs_nat_icmp</c>). The ICMP checksum is made anew; the quoted transport checksum stays.
/// </summary>
internal static class IcmpErrorRelay
{
    /// <summary>An error about a reply, for the real server: it is to have the server's endpoint where the client saw the virtual one.</summary>
    public static void ToServer(Ipv4View ip, uint serverAddress, ushort serverPort)
    {
        if (!IcmpView.TryParse(ip.Payload, out IcmpView icmp) || !QuotedPacket.TryParse(icmp.Quote, out QuotedPacket quote))
            return;
        ip.Destination = serverAddress;
        quote.SetSource(serverAddress, serverPort);
        icmp.UpdateChecksum();
    }

    /// <summary>An error about a translated packet, for the client: it comes from the virtual address, whoever on the servers' side sent it.</summary>
    public static void ToClient(Ipv4View ip, uint virtualAddress, ushort virtualPort)
    {
        if (!IcmpView.TryParse(ip.Payload, out IcmpView icmp) || !QuotedPacket.TryParse(icmp.Quote, out QuotedPacket quote))
            return;
        ip.Source = virtualAddress;
        quote.SetDestination(virtualAddress, virtualPort);
        icmp.UpdateChecksum();
    }
}
