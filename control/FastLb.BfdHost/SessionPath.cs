using System.Net;
using System.Net.Sockets;
using FastLb.Configuration.Model;
using FastLb.Native.Bfd;
using FastLb.Wire;

namespace FastLb.Bfd.Hosting;

/// <summary>Where a session's packets go and come from.</summary>
/// <param name="Link">The socket that they come in by.</param>
/// <param name="Neighbour">The other end.</param>
/// <param name="Source">This end; null for whichever address routing chooses.</param>
/// <param name="InterfaceIndex">The interface of a link-local neighbour; 0 for any.</param>
/// <param name="LeastTimeToLive">Packets that arrive with less come from too far away. 256 is more than any has: keepalived's <c>max_hops -1</c>.</param>
internal sealed record SessionPath(SessionLink Link, IpAddress Neighbour, IpAddress? Source, int InterfaceIndex, int LeastTimeToLive)
{
    /// <summary>
    /// What is sent has this unless configured: RFC 5881 section 5 asks for it. keepalived's 64 for IPv6 would have every other implementation discard the packets of a single hop.
    /// </summary>
    private const byte DefaultTimeToLive = 255;

    /// <summary>What keepalived's neighbours send, so that what arrives is measured by it.</summary>
    private const byte DefaultHopLimitExpected = 64;

    /// <summary>As <c>max_hops</c>: doesn't matter.</summary>
    private const int AnyHops = 255;

    /// <summary>What the configuration says of it.</summary>
    public static SessionPath Of(BfdSession session)
    {
        bool isIpv6 = session.Neighbour.AddressFamily == AddressFamily.InterNetworkV6;
        int expected = session.TimeToLive ?? (isIpv6 ? DefaultHopLimitExpected : DefaultTimeToLive);
        return new SessionPath(
            new SessionLink(isIpv6, session.IsMultihop),
            IpAddress.From(session.Neighbour),
            session.SourceAddress is null ? null : IpAddress.From(session.SourceAddress),
            isIpv6 ? (int)session.Neighbour.ScopeId : 0,
            session.MostHops == AnyHops ? 0 : expected - session.MostHops);
    }

    /// <summary>The time to live or hop limit of what a session sends.</summary>
    public static byte TimeToLiveOf(BfdSession session) => session.TimeToLive ?? DefaultTimeToLive;

    /// <summary>How a session's sender is to be opened.</summary>
    /// <param name="session">The session.</param>
    /// <param name="portHint">Which source port is tried first.</param>
    public static BfdSenderSettings SenderOf(BfdSession session, uint portHint) => new(
        session.Neighbour, session.IsMultihop ? BfdPorts.Multihop : BfdPorts.SingleHop, WithScope(session), TimeToLiveOf(session), portHint);

    /// <summary>Whether a packet that doesn't name its session is for this one.</summary>
    public bool Fits(SessionLink link, in BfdDatagram datagram) =>
        link == Link && datagram.Source == Neighbour.Value && (Source is null || datagram.Destination == Source.Value.Value)
        && (InterfaceIndex == 0 || InterfaceIndex == datagram.InterfaceIndex);

    /// <summary>A link-local source is on the neighbour's link.</summary>
    private static IPAddress? WithScope(BfdSession session) => session.SourceAddress is { IsIPv6LinkLocal: true, ScopeId: 0 } source
        ? new IPAddress(source.GetAddressBytes(), session.Neighbour.ScopeId)
        : session.SourceAddress;
}

/// <summary>What tells the four sockets apart that packets come in by.</summary>
/// <param name="IsIpv6">IPv6, or IPv4.</param>
/// <param name="IsMultihop">Port 4784, or 3784.</param>
internal readonly record struct SessionLink(bool IsIpv6, bool IsMultihop)
{
    /// <summary>0 to 3.</summary>
    public int Index => (IsIpv6 ? 2 : 0) + (IsMultihop ? 1 : 0);

    /// <summary>The link with an <see cref="Index"/>.</summary>
    public static SessionLink At(int index) => new((index & 2) != 0, (index & 1) != 0);
}
