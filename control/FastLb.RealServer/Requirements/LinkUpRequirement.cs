using FastLb.RealServer.Changes;
using FastLb.RealServer.Host;

namespace FastLb.RealServer.Requirements;

/// <summary>A link that is up.</summary>
internal sealed class LinkUpRequirement(HostKernel host, string name, string symptom) : Requirement
{
    public static LinkUpRequirement Loopback(HostKernel host) => new(
        host, AddressRequirement.Loopback, "addresses on it don't work: packets for the virtual address get no answer");

    public override Finding Inspect()
    {
        string need = $"{name} is up";
        return host.FindLink(name) is { } link ? new Finding(need, link.IsUp, link.IsUp ? "it is" : "it is down", symptom) : new Finding(need, false, "there is none", symptom);
    }

    public override void Fulfil(ChangeRecord record)
    {
        record.Note(new LinkRaised(name));
        host.Network.SetUp(host.GetLink(name), up: true);
    }
}
