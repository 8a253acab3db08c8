using System.Net;
using FastLb.Netlink;
using FastLb.RealServer.Changes;
using FastLb.RealServer.Host;

namespace FastLb.RealServer.Requirements;

/// <summary>The virtual address on the loopback, for itself alone.</summary>
internal sealed class AddressRequirement(HostKernel host, IPAddress address) : Requirement
{
    public const string Loopback = "lo";

    private const byte HostPrefix = 32;

    public override Finding Inspect()
    {
        string need = $"{address}/{HostPrefix} is on {Loopback}";
        LinkInfo loopback = host.GetLink(Loopback);
        AddressInfo[] held = [.. host.Network.Addresses().Where(held => held.InterfaceIndex == loopback.Index && held.Address.Equals(address))];
        if (Array.Find(held, held => held.PrefixLength != HostPrefix) is { } wide)
        {
            return new Finding(
                need, IsMet: false, $"it is there as {wide}",
                $"this host takes every address of {wide} for its own: answers to clients and neighbours in it never leave",
                $"ip address delete {wide} dev {Loopback}");
        }

        return new Finding(
            need, held.Length > 0, held.Length > 0 ? "it is" : "it isn't there",
            "this host doesn't take packets for the virtual address for its own: clients that the director sends here get no answer");
    }

    public override void Fulfil(ChangeRecord record)
    {
        AddressAdded change = new(Loopback, address, HostPrefix);
        record.Note(change);
        host.Network.AddAddress(host.GetLink(Loopback), address, HostPrefix);
    }
}
