using FastLb.Bench.Laboratory;
using static FastLb.Bench.Laboratory.BenchAddresses;

namespace FastLb.Bench.Paths;

/// <summary>The director's kernel routes the virtual address to the server. It rewrites the Ethernet addresses and the TTL, and chooses nothing.</summary>
internal sealed class RoutedPath() : ForwardingPath("kernel forwarding", new BenchLab(genericXdp: false))
{
    public override PathKind Kind => PathKind.Routed;

    public override Task Open(CancellationToken cancellation)
    {
        Lab.GiveServerTheService();
        BenchLab.Ip(Lab.Director, $"route add {Service} via {Server}");
        return Task.CompletedTask;
    }
}
