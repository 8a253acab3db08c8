using System.Net.Sockets;
using FastLb.Native;
using FastLb.Native.Interfaces;
using FastLb.Netlink;

namespace FastLb.Runtime;

/// <summary>The journal's links, and the settings of interfaces that were there before.</summary>
public sealed partial class KernelJournal
{
    /// <summary>The links that are ours now.</summary>
    public IReadOnlyCollection<AddedLink> Links => _links;

    /// <summary>The settings that are changed now.</summary>
    public IReadOnlyCollection<ChangedSetting> Settings => _settings;

    /// <summary>Makes a link, or goes on with the one that a killed process left, and gives other interfaces the settings that it needs.</summary>
    /// <exception cref="KernelFeatureException">The kernel doesn't know links of the kind.</exception>
    /// <exception cref="SystemCallException">The kernel refuses it, or there is no interface to put it on.</exception>
    public LinkInfo AddLink(VirtualLinkRequest request)
    {
        AddedLink added = Entry(request);
        LinkInfo parent = _kernel.Links.Find(request.ParentIndex)
            ?? throw new SystemCallException("create link", request.Name, Errno.ENODEV, "the interface that it belongs on has gone");
        _links.RemoveWhere(known => known.Name == added.Name && known != added); // it was on an interface that has gone, or is replaced now
        if (!_links.Contains(added))
            Note(_links, added);
        bool isDone = false;
        try
        {
            foreach (VirtualLinkSetting setting in VirtualLinkTable.ParentSettings(request))
                ChangeSetting(parent.Name, setting);
            foreach ((string name, VirtualLinkSetting setting) in _kernel.VirtualLinks.ReversePathSettings(request))
                ChangeSetting(name, setting);
            LinkInfo link = _kernel.VirtualLinks.Create(request);
            isDone = true;
            return link;
        }
        finally
        {
            if (!isDone)
                RemoveLink(request);
        }
    }

    /// <summary>
    /// Removes a link if it is ours, and with the last one on an interface restores that one's settings, with the last of all those of all interfaces.
    /// </summary>
    public void RemoveLink(VirtualLinkRequest request)
    {
        AddedLink added = Entry(request);
        if (!_links.Contains(added))
            return;
        int? index = _kernel.Links.Find(request.Name)?.Index;
        if (Undo(() => _kernel.VirtualLinks.Remove(request), $"link {request.Name}"))
            _addresses.RemoveWhere(address => address.InterfaceIndex == index);
        Forget(_links, added);
        if (!_links.Any(other => other.Kind == VirtualLinkKind.Macvlan))
            Restore(change => change.Name == "rp_filter");
        if (_links.Any(other => other.ParentIndex == added.ParentIndex && other.Kind == added.Kind) || _kernel.Links.Find(request.ParentIndex) is not { } parent)
            return;
        foreach (VirtualLinkSetting setting in VirtualLinkTable.ParentSettings(request))
            RestoreSetting(parent.Name, setting);
    }

    /// <summary>Changes a setting of an interface that isn't ours, such as <c>promote_secondaries</c>.</summary>
    /// <exception cref="SystemCallException">The kernel refuses it.</exception>
    public void ChangeSetting(string interfaceName, VirtualLinkSetting setting)
    {
        AddressFamily family = FamilyOf(setting.IsIpv6);
        if (InterfaceSysctls.Read(family, interfaceName, setting.Name) is not { } former)
            return; // no such interface, or no IPv6
        if (former != setting.Value && FindChange(interfaceName, setting) is null)
            Note(_settings, new ChangedSetting(setting.IsIpv6, interfaceName, setting.Name, former, setting.Value));
        InterfaceSysctls.Write(family, interfaceName, setting.Name, setting.Value);
    }

    /// <summary>Restores a setting to what it was before <see cref="ChangeSetting"/>, unless somebody else has changed it meanwhile.</summary>
    public void RestoreSetting(string interfaceName, VirtualLinkSetting setting)
    {
        if (FindChange(interfaceName, setting) is { } change)
            Restore(known => known == change);
    }

    private static AddedLink Entry(VirtualLinkRequest request) => new(request.Name, request.ParentIndex, request.Kind);

    private static AddressFamily FamilyOf(bool isIpv6) => isIpv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;

    private static bool Restore(ChangedSetting change)
    {
        AddressFamily family = FamilyOf(change.IsIpv6);
        return InterfaceSysctls.Read(family, change.Interface, change.Name) == change.Value
            && InterfaceSysctls.Write(family, change.Interface, change.Name, change.Former) is not null;
    }

    // Of reverse path filters that of all interfaces first: so none is without for a moment.
    private void Restore(Func<ChangedSetting, bool> isMeant)
    {
        foreach (ChangedSetting change in _settings.Where(isMeant).OrderBy(change => change.Interface != InterfaceSysctls.AllInterfaces).ToArray())
        {
            Undo(() => Restore(change), $"{change.Name} of {change.Interface}");
            Forget(_settings, change);
        }
    }

    private ChangedSetting? FindChange(string interfaceName, VirtualLinkSetting setting) =>
        _settings.FirstOrDefault(change => change.IsIpv6 == setting.IsIpv6 && change.Interface == interfaceName && change.Name == setting.Name);

    private void UndoLinks()
    {
        foreach (AddedLink link in _links)
            Undo(() => _kernel.VirtualLinks.Remove(new VirtualLinkRequest(link.Name, link.ParentIndex, link.Kind)), $"link {link.Name}");
        Restore(_ => true);
        _links.Clear();
    }
}
