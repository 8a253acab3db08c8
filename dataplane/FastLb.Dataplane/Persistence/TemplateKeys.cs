using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Dataplane.Persistence;

/// <summary>What templates are found by: the client's masked address and the service, with a client port of 0 (IPVS, ip_vs_sched_persist).</summary>
public static class TemplateKeys
{
    /// <summary>Stands for the protocol in templates of a firewall mark, whose address is the mark; the number is reserved (IANA) and no packet's.</summary>
    public const IpProtocol Mark = (IpProtocol)255;

    /// <summary>The key of a client's template. FTP's covers the data connections, which come to ports that only the server knows.</summary>
    public static FlowKey Of(in ServiceKey service, uint mask, uint client) => new(
        client & mask,
        service.Address.V4,
        ClientPort: 0,
        service.Port == VirtualService.FtpPort ? (ushort)0 : service.Port,
        service.IsMark ? Mark : service.Protocol);
}
