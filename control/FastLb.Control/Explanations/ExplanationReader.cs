using System.Net;
using FastLb.Control.Api;
using FastLb.Control.Engines;
using FastLb.DataplaneChannel.Messages;
using FastLb.Runtime;

namespace FastLb.Control.Explanations;

/// <summary>Puts together what <c>fastlb explain</c> shows: what the dataplane would decide, and what control knows of the service. Any thread.</summary>
/// <param name="engine">Decides; null without virtual servers.</param>
/// <param name="status">Knows the services.</param>
internal sealed class ExplanationReader(IForwardingEngine? engine, StatusReader status)
{
    /// <summary>What would become of a packet at this moment.</summary>
    /// <exception cref="DirectorException">There is nobody to ask.</exception>
    public async Task<DirectorExplanation> Explain(PacketQuestion packet, CancellationToken cancellation)
    {
        if (engine is null)
            throw new DirectorException("the configuration has no virtual server: all packets are the kernel's");
        ExplainAnswer answer = await engine.Explain(packet, cancellation);
        DirectorStatus director = await status.ReadStatus(cancellation);
        DirectorServiceStatus? service = director.Services.FirstOrDefault(candidate => IsFor(candidate, packet.Destination, packet.DestinationPort, packet.Protocol))
            ?? (answer.Explanation.Service is { } found ? director.Services.FirstOrDefault(candidate => IsFor(candidate, found.Address, found.Port, found.Protocol)) : null);
        return new DirectorExplanation(packet, answer.IsSteered, answer.Explanation, [.. NotesOn(packet, answer, service, director)]);
    }

    private static bool IsFor(DirectorServiceStatus service, IPAddress address, ushort port, TransportProtocol protocol) =>
        service.Address.Equals(address) && service.Port == port && string.Equals(service.Protocol, protocol.ToString(), StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> NotesOn(PacketQuestion packet, ExplainAnswer answer, DirectorServiceStatus? service, DirectorStatus director)
    {
        if (service is null)
        {
            if (answer.Explanation.Flow is not { IsReply: true })
                yield return $"there is no virtual service {packet.Protocol.ToString().ToUpperInvariant()} {new IPEndPoint(packet.Destination, packet.DestinationPort)}: steering leaves such packets to the kernel";
            yield break;
        }

        if (answer.IsSteered == false)
        {
            string holders = string.Join(
                ", ", director.VirtualAddresses.Where(held => held.Address.StartsWith($"{service.Address}/", StringComparison.Ordinal)).Select(held => $"{held.Instance} on {held.Interface}: {held.State}"));
            yield return $"the address is not held here{(holders.Length == 0 ? string.Empty : $" ({holders})")}: steering leaves its packets to the kernel";
        }

        if (!service.HasQuorum)
            yield return "the service is without quorum";
        foreach (DirectorServerStatus server in service.Servers)
        {
            string name = new IPEndPoint(server.Address, server.Port).ToString();
            if (string.Equals(server.Health, "down", StringComparison.Ordinal))
                yield return $"{name} is down{(server.LastFailure is { } failure ? $" ({failure})" : string.Empty)} and takes no new connections";
            if (server.Adjacency is { Explanation: { } explanation })
                yield return $"{name} can't be reached: {explanation}";
        }
    }
}
