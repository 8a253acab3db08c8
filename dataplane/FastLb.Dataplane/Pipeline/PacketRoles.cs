using System.Runtime.CompilerServices;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Dataplane.Pipeline;

/// <summary>
/// Tells what a client sent from what a real server sent. Steering brings nothing else, so the destination decides: a virtual address is a client's, any other
/// is a client's address in a packet of a server whose replies are translated.
/// </summary>
internal readonly ref struct PacketRoles(ServiceTable table, FragmentTable fragments, MonotonicTime now)
{
    /// <summary>Where ports of later fragments are known.</summary>
    public readonly FragmentTable Fragments = fragments;

    public readonly MonotonicTime Now = now;

    /// <summary>The key of the flow that a packet belongs to, if there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public FlowKey KeyOf(Ipv4View ip, ushort sourcePort, ushort destinationPort) =>
        !table.TranslatesReplies || table.IsVirtualAddress(ip.Destination)
            ? new FlowKey(ip.Source, ip.Destination, sourcePort, destinationPort, ip.Protocol)
            : new FlowKey(ip.Destination, ip.Source, destinationPort, sourcePort, ip.Protocol, IsReturn: true);

    /// <summary>The key of the flow whose packet a router or host quotes in an ICMP error.</summary>
    public FlowKey KeyOf(QuotedPacket quote)
    {
        if (!quote.IsTunnelled && table.IsVirtualAddress(quote.Source)) // a reply
            return new FlowKey(quote.Destination, quote.Source, quote.DestinationPort, quote.SourcePort, quote.Protocol);
        bool translated = !quote.IsTunnelled && !table.IsVirtualAddress(quote.Destination);
        return new FlowKey(quote.Source, quote.Destination, quote.SourcePort, quote.DestinationPort, quote.Protocol, translated);
    }
}
