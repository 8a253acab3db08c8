using System.Net;
using FastLb.Netlink;
using FastLb.RealServer.Changes;
using FastLb.RealServer.Host;

namespace FastLb.RealServer.Requirements;

/// <summary>The virtual address on no interface that speaks ARP: there no setting keeps it quiet. Who has put it there is to take it off.</summary>
internal sealed class NoOtherHolderRequirement(HostKernel host, IPAddress address) : Requirement
{
    public override Finding Inspect()
    {
        string need = $"{address} is on no Ethernet interface";
        const string Symptom = "this host answers ARP for the virtual address, as the director does: clients reach it past the director";
        IReadOnlyList<AddressInfo> addresses = host.Network.Addresses();
        foreach (LinkInfo link in host.Network.Links().Where(link => link.Mac is not null))
        {
            if (addresses.FirstOrDefault(held => held.InterfaceIndex == link.Index && held.Address.Equals(address)) is { } held)
                return new Finding(need, IsMet: false, $"{held} is on {link.Name}", Symptom, $"ip address delete {held} dev {link.Name}");
        }

        return new Finding(need, IsMet: true, "it isn't", Symptom);
    }

    public override void Fulfil(ChangeRecord record) => throw new InvalidOperationException("an address that FastLb hasn't put there is the administrator's");
}
