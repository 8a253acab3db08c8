using FastLb.Bench.Laboratory;
using static FastLb.Bench.Laboratory.BenchAddresses;

namespace FastLb.Bench.Paths;

/// <summary>The director drops the flood as soon as its kernel sees it (nftables, ingress). What a packet costs here is the generator's cost, which no path can do without.</summary>
internal sealed class DroppingPath() : ForwardingPath("generator alone", new BenchLab(genericXdp: false))
{
    public override PathKind Kind => PathKind.Dropped;

    public override Task Open(CancellationToken cancellation)
    {
        Tool.Run(Lab.Director, $$"""
            table netdev bench {
              chain ingress {
                type filter hook ingress device out priority 0;
                udp dport {{FloodPort}} drop
              }
            }
            """, "nft", "-f", "-");
        return Task.CompletedTask;
    }
}
