using System.Globalization;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace FastLb.Configuration.Model;

/// <summary>
/// The MACVLANs that a configuration asks for, and what goes by them. As keepalived 2.2.7 has it: those of its family that an instance with <c>use_vmac</c> holds on its own
/// interface are on its link, others where <c>use_vmac</c> of their line or <c>use_vmac_addr</c> say so, one link for each interface and family of those.
/// </summary>
public sealed class VirtualLinkPlan
{
    private readonly Dictionary<(string Instance, string Parent, AddressFamily Family), VirtualLink> _links = [];
    private readonly List<VirtualLink> _inOrder = [];
    private readonly HashSet<string> _names;

    private VirtualLinkPlan(IReadOnlyList<VrrpInstance> instances)
    {
        _names = [.. instances.Select(instance => instance.VirtualMac?.Name).OfType<string>(), .. instances.Select(instance => instance.Interface)];
        foreach (VrrpInstance instance in instances)
        {
            if (instance.VirtualMac is not null)
                Add(instance, instance.Interface, instance.AddressFamily, instance.Origin);
            foreach (VirtualAddress address in instance.VirtualAddresses.Where(address => IsOnLink(instance, address)))
                Add(instance, address.Device, address.Address.AddressFamily, address.Origin);
        }
    }

    /// <summary>The links, in the order in which instances ask for them.</summary>
    public IReadOnlyList<VirtualLink> Links => _inOrder;

    /// <summary>The links of a configuration.</summary>
    public static VirtualLinkPlan Of(IReadOnlyList<VrrpInstance> instances) => new(instances);

    /// <summary>The interface that an instance's advertisements travel on: its own, or the link on top of it. Empty for an instance without interface.</summary>
    public string TransportOf(VrrpInstance instance) =>
        instance is { VirtualMac: not null, AdvertisesOnBase: false } && Find(instance, instance.Interface, instance.AddressFamily) is { } link ? link.Name : instance.Interface;

    /// <summary>The instance with the name of its link, and each address on the interface that holds it, marked when that is a link.</summary>
    public VrrpInstance Place(VrrpInstance instance) => instance.VirtualMac is null && !instance.VirtualAddresses.Any(address => IsOnLink(instance, address))
        ? instance
        : instance with
        {
            VirtualMac = instance.VirtualMac is { } mac ? mac with { Name = Find(instance, instance.Interface, instance.AddressFamily)!.Name } : null,
            VirtualAddresses = [.. instance.VirtualAddresses.Select(address => Place(instance, address))],
        };

    private static bool IsOnLink(VrrpInstance instance, VirtualAddress address)
    {
        bool isWithInstance = address.Device == instance.Interface && address.Address.AddressFamily == instance.AddressFamily;
        return address.UsesVirtualMac || (isWithInstance ? instance.VirtualMac is not null : instance.UsesVirtualMacForAddresses);
    }

    private VirtualAddress Place(VrrpInstance instance, VirtualAddress address) => IsOnLink(instance, address)
        ? address with { Device = Find(instance, address.Device, address.Address.AddressFamily)!.Name, UsesVirtualMac = true }
        : address;

    private VirtualLink? Find(VrrpInstance instance, string parent, AddressFamily family) => _links.GetValueOrDefault((instance.Name, parent, family));

    private void Add(VrrpInstance instance, string parent, AddressFamily family, Origin origin)
    {
        if (_links.ContainsKey((instance.Name, parent, family)))
            return;
        bool isOwn = parent == instance.Interface && family == instance.AddressFamily && instance.VirtualMac is not null;
        string name = (isOwn ? instance.VirtualMac!.Name : null) ?? ChooseName(instance.VirtualRouterId, family);
        var link = new VirtualLink(name, parent, family, MacOf(instance, family), instance.Name)
        {
            Group = isOwn ? instance.VirtualMac!.Group : null,
            LinkLocal = isOwn && instance.SourceAddress is { IsIPv6LinkLocal: true } source ? source : null,
            Origin = origin,
        };
        _links.Add((instance.Name, parent, family), link);
        _inOrder.Add(link);
    }

    /// <summary>vrrp.51, of IPv6 then vrrp6.51, and vrrp1.51 and so on when that is taken.</summary>
    private string ChooseName(byte routerId, AddressFamily family)
    {
        string id = routerId.ToString(CultureInfo.InvariantCulture);
        if (_names.Add($"vrrp.{id}"))
            return $"vrrp.{id}";
        if (family == AddressFamily.InterNetworkV6 && _names.Add($"vrrp6.{id}"))
            return $"vrrp6.{id}";
        for (int number = 1; ; number++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"vrrp{number}.{id}");
            if (_names.Add(name))
                return name;
        }
    }

    /// <summary>RFC 9568 section 7.3, or what is configured: six octets, or five and the virtual router id.</summary>
    private static PhysicalAddress MacOf(VrrpInstance instance, AddressFamily family)
    {
        if (instance.VirtualMac?.MacAddress is not { } text)
            return new PhysicalAddress([0, 0, 0x5E, 0, family == AddressFamily.InterNetworkV6 ? (byte)2 : (byte)1, instance.VirtualRouterId]);
        byte[] octets = [.. text.Split(':').Select(octet => byte.Parse(octet, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))];
        return new PhysicalAddress(octets.Length == 6 ? octets : [.. octets, instance.VirtualRouterId]);
    }
}
