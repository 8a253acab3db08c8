using FastLb.DataplaneChannel.Messages;
using FastLb.Netlink;

namespace FastLb.Control.Network;

/// <summary>
/// Where frames leave for which the kernel's route names a link: at the link itself, or, for a MACVLAN or a VLAN interface, at the device below it, with the VLAN's tag. Ports
/// are opened on devices, which several of those share.
/// </summary>
/// <param name="Device">Where; null when it isn't possible.</param>
/// <param name="Vlan">The tag; null without one.</param>
/// <param name="Explanation">Why it isn't possible, for people.</param>
internal readonly record struct EgressPath(LinkInfo? Device, ServerVlan? Vlan, string? Explanation)
{
    /// <summary>The path of frames that are routed to an Ethernet link.</summary>
    /// <param name="link">What the route names.</param>
    /// <param name="find">Finds a link of this network namespace by its index.</param>
    public static EgressPath Of(LinkInfo link, Func<int, LinkInfo?> find)
    {
        if (link is { IsMacvlan: true, LowerIsElsewhere: false, LowerIndex: { } below } && find(below) is { Vlan: null } device)
            return new EgressPath(device, null, null);
        if (link.Vlan is not { } vlan)
            return new EgressPath(link, null, null);
        if (link.LowerIndex is not { } index || link.LowerIsElsewhere || find(index) is not { } lower)
            return Impossible($"the device below {link.Name} is in another network namespace");
        if (lower.Vlan is not null)
            return Impossible($"{link.Name} is a VLAN within the VLAN {lower.Name}, which is not supported yet");
        return Equals(lower.Mac, link.Mac)
            ? new EgressPath(lower, new ServerVlan(vlan.Id, vlan.EtherType), null)
            : Impossible($"{link.Name} has another Ethernet address than {lower.Name}, which is not supported yet");
    }

    private static EgressPath Impossible(string explanation) => new(null, null, explanation);
}
