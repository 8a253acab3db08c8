using System.Net;
using System.Net.Sockets;
using FastLb.Native.Bpf;
using FastLb.Netlink;
using FastLb.RealServer.Changes;
using FastLb.RealServer.Host;

namespace FastLb.RealServer.Requirements;

/// <summary>FastLb's decapsulating program on an interface, with rules that have all that is needed.</summary>
internal sealed class ProgramRequirement(HostKernel host, string interfaceName, RealServerOptions options) : Requirement
{
    public override Finding Inspect()
    {
        string need = $"tunnel packets are decapsulated on {interfaceName}";
        if (host.FindLink(interfaceName) is not { } link || host.Decapsulation.Read(link) is not { } state)
            return new Finding(need, IsMet: false, "there is no program for it", TunnelDeviceRequirement.Symptom);

        DecapsulationRules present = state.Rules;
        if (options.VirtualAddresses.Where(address => !present.VirtualAddresses.Contains(address)).ToArray() is { Length: > 0 } unknown)
        {
            return new Finding(
                need, IsMet: false, $"not for {string.Join(", ", unknown)}",
                "the kernel answers tunnel packets for that address with ICMP protocol unreachable: its clients get no answer from here");
        }

        if (OwnAddresses(present).Where(address => !present.OwnAddresses.Contains(address)).ToArray() is { Length: > 0 } added)
        {
            return new Finding(
                need, IsMet: false, $"not when they are sent to {string.Join(", ", added)}, which this host has got since",
                "a director that knows this server by that address gets ICMP protocol unreachable: its clients get no answer");
        }

        if (options.Directors.Where(address => present.Directors.Count > 0 && !present.Directors.Contains(address)).ToArray() is { Length: > 0 } strangers)
            return new Finding(need, IsMet: false, $"not from {string.Join(", ", strangers)}", "that director's clients get no answer from this server");
        if (options.Directors.Count > 0 && !present.Directors.SetEquals(options.Directors))
        {
            return new Finding(
                need, IsMet: false, present.Directors.Count == 0 ? "from anybody" : $"also from {string.Join(", ", present.Directors.Except(options.Directors))}",
                "others than the directors can send packets to the virtual address past a firewall that looks at outer headers");
        }

        return new Finding(need, IsMet: true, Describe(state), TunnelDeviceRequirement.Symptom);
    }

    public override void Fulfil(ChangeRecord record)
    {
        LinkInfo link = host.GetLink(interfaceName);
        FilterPlaceAdded place = new(interfaceName);
        bool noted = record.Changes.Contains(place), added = false;
        record.Note(place);
        try
        {
            added = host.Decapsulation.AddPlace(link);
        }
        finally
        {
            if (!added && !noted)
                record.Forget(place); // somebody else's
        }

        DecapsulationRules? present = host.Decapsulation.Read(link)?.Rules;
        record.Note(new ProgramAdded(interfaceName));
        host.Decapsulation.Put(link, new DecapsulationRules(
            new HashSet<IPAddress>([.. options.VirtualAddresses, .. present?.VirtualAddresses ?? new HashSet<IPAddress>()]),
            OwnAddresses(present).ToHashSet(),
            options.Directors.Count > 0 ? options.Directors.ToHashSet() : present?.Directors ?? new HashSet<IPAddress>()));
    }

    private static string Describe(DecapsulationState state)
    {
        ulong others = 0;
        foreach ((DecapsulationOutcome outcome, ulong packets) in state.Packets)
            others += outcome == DecapsulationOutcome.Decapsulated ? 0 : packets;
        string senders = state.Rules.Directors.Count == 0 ? "anybody" : string.Join(", ", state.Rules.Directors);
        return $"from {senders}; {state.Packets[DecapsulationOutcome.Decapsulated]} packets so far, {others} others left alone";
    }

    /// <summary>What a director may know this host by: its IPv4 addresses but the loopback's own and the virtual ones.</summary>
    private IEnumerable<IPAddress> OwnAddresses(DecapsulationRules? present) => host.Network.Addresses()
        .Select(held => held.Address)
        .Where(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address))
        .Except(options.VirtualAddresses)
        .Except(present?.VirtualAddresses ?? new HashSet<IPAddress>());
}
