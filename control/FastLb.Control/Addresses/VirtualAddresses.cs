using System.Net.Sockets;
using FastLb.Configuration.Model;
using FastLb.Control.Api;
using FastLb.Control.Runtime;
using FastLb.Native.Interfaces;
using FastLb.Netlink;
using Microsoft.Extensions.Logging;

namespace FastLb.Control.Addresses;

/// <summary>
/// The addresses of the VRRP instances, held from start to stop: VRRP itself is not spoken yet. One thread at a time; <see cref="Report"/> from any.
/// </summary>
public sealed class VirtualAddresses(IReadOnlyList<VirtualAddress> addresses, Rtnetlink kernel, KernelChanges changes, ILogger log)
{
    private volatile IReadOnlyList<VirtualAddressStatus> _report = [];

    /// <summary>What has become of them.</summary>
    public IReadOnlyList<VirtualAddressStatus> Report => _report;

    /// <summary>Puts each on its interface and tells the segment by gratuitous ARP, so that the traffic comes here.</summary>
    /// <exception cref="DirectorException">An interface does not exist.</exception>
    public void Acquire()
    {
        var report = new List<VirtualAddressStatus>();
        using GratuitousArpSender sender = GratuitousArpSender.Open();
        foreach (VirtualAddress address in addresses)
        {
            LinkInfo link = kernel.Links.Find(address.Device)
                ?? throw new DirectorException($"{address.Origin}: there is no interface {address.Device}");
            var info = new AddressInfo(link.Index, address.Address, address.PrefixLength)
            {
                Broadcast = address.Broadcast,
                Label = address.Label,
                Scope = (AddressScope)address.Scope,
            };
            bool added = changes.AddAddress(info);
            if (added)
                log.LogInformation("added {Address} to {Interface}", info, link.Name);
            else
                log.LogWarning("{Address} is on {Interface} already; it will be left there at stop", info, link.Name);
            if (address.Address.AddressFamily == AddressFamily.InterNetwork && link is { IsRunning: true, Mac: { } mac })
                sender.Announce(link.Index, mac, address.Address);
            report.Add(new VirtualAddressStatus(info.ToString(), link.Name, added ? "added" : "present"));
        }

        _report = report;
    }

    /// <summary>Removes those that <see cref="Acquire"/> added.</summary>
    public void Release()
    {
        changes.RemoveAddresses();
        _report = [.. _report.Select(address => address.State == "added" ? address with { State = "missing" } : address)];
    }
}
