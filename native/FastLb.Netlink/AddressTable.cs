using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using FastLb.Native;
using FastLb.Netlink.Protocol;
using static FastLb.Netlink.Protocol.RtnetlinkConstants;

namespace FastLb.Netlink;

/// <summary>The addresses of a network namespace. Any thread may use it.</summary>
public sealed class AddressTable
{
    private readonly NetlinkSocket _socket;
    private readonly LinkTable _links;

    internal AddressTable(NetlinkSocket socket, LinkTable links)
    {
        _socket = socket;
        _links = links;
    }

    /// <summary>All addresses, of both families.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public IReadOnlyList<AddressInfo> List() => _socket.Dump(NetlinkRequest.Dump(RTM_GETADDR, default(AddressMessageBody)), "addresses", Parse);

    /// <summary>Adds an address. False when the interface has it already, whatever its label, scope and flags.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public bool Add(AddressInfo address)
    {
        NetlinkResult result = _socket.Execute(Build(RTM_NEWADDR, address, NetlinkConstants.NLM_F_CREATE | NetlinkConstants.NLM_F_EXCL));
        return result.Errno switch
        {
            Errno.None => true,
            Errno.EEXIST => false,
            _ => throw result.Failure("add", $"{address} to {NameOf(address.InterfaceIndex)}"),
        };
    }

    /// <summary>Removes an address, found by interface, address and prefix length. False when it wasn't there.</summary>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public bool Remove(AddressInfo address)
    {
        AddressInfo key = new(address.InterfaceIndex, address.Address, address.PrefixLength) { Peer = address.Peer };
        NetlinkResult result = _socket.Execute(Build(RTM_DELADDR, key, 0));
        return result.Errno switch
        {
            Errno.None => true,
            Errno.EADDRNOTAVAIL => false,
            _ => throw result.Failure("remove", $"{address} from {NameOf(address.InterfaceIndex)}"),
        };
    }

    /// <summary>Reads RTM_NEWADDR and RTM_DELADDR; null for others.</summary>
    internal static AddressInfo? Parse(NetlinkMessage message)
    {
        if (message.Type is not (RTM_NEWADDR or RTM_DELADDR)
            || !message.TryReadBody(out AddressMessageBody body, out NetlinkAttributeReader attributes) || !AddressFamilies.IsInternet(body.Family))
            return null;

        IPAddress? local = null;
        IPAddress? prefix = null;
        AddressInfo address = new((int)body.Index, AddressFamilies.AnyAddress(body.Family), body.PrefixLength)
        {
            Scope = (AddressScope)body.Scope,
            Flags = (AddressFlags)body.Flags,
        };
        while (attributes.Read())
        {
            switch (attributes.Type)
            {
                case IFA_LOCAL:
                    local = attributes.ReadAddress();
                    break;
                case IFA_ADDRESS:
                    prefix = attributes.ReadAddress();
                    break;
                case IFA_BROADCAST:
                    address = address with { Broadcast = attributes.ReadAddress() };
                    break;
                case IFA_LABEL:
                    address = address with { Label = attributes.ReadString() };
                    break;
                case IFA_CACHEINFO when MemoryMarshal.TryRead(attributes.Value, out AddressLifetimes lifetimes) && lifetimes.Preferred != AddressLifetimes.Infinity:
                    address = address with { PreferredLifetime = TimeSpan.FromSeconds(lifetimes.Preferred) };
                    break;
                case IFA_FLAGS: // all 32 bits, of which the body has the lowest 8
                    address = address with { Flags = (AddressFlags)attributes.ReadUInt32() };
                    break;
            }
        }

        // IFA_ADDRESS is the peer's where there is one, else the same as IFA_LOCAL, which IPv6 then leaves out.
        return (local ?? prefix) is { } own
            ? address with { Address = own, Peer = prefix is not null && !prefix.Equals(own) ? prefix : null }
            : null;
    }

    private static NetlinkRequest Build(ushort type, AddressInfo address, int flags)
    {
        AddressMessageBody body = new()
        {
            Family = AddressFamilies.Of(address.Address),
            PrefixLength = address.PrefixLength,
            Flags = (byte)address.Flags,
            Scope = (byte)address.Scope,
            Index = (uint)address.InterfaceIndex,
        };
        NetlinkRequest request = NetlinkRequest.Do(type, body, (ushort)flags)
            .Attribute(IFA_LOCAL, address.Address)
            .Attribute(IFA_ADDRESS, address.Peer ?? address.Address);
        if (address.Broadcast is not null)
            request.Attribute(IFA_BROADCAST, address.Broadcast);
        if (address.Label is not null)
            request.Attribute(IFA_LABEL, address.Label);
        if (address.Flags != AddressFlags.None)
            request.Attribute(IFA_FLAGS, (uint)address.Flags);
        if (address.PreferredLifetime is { } preferred)
            request.Attribute(IFA_CACHEINFO, MemoryMarshal.AsBytes([AddressLifetimes.Of(preferred)]));
        return request;
    }

    private string NameOf(int index) => _links.Find(index)?.Name ?? $"interface {index.ToString(CultureInfo.InvariantCulture)}";
}
