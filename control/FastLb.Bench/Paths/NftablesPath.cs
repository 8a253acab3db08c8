using FastLb.Bench.Laboratory;
using static FastLb.Bench.Laboratory.BenchAddresses;

namespace FastLb.Bench.Paths;

/// <summary>The director's kernel translates the virtual address into the server's, by connection tracking: the nearest to IPVS's NAT that every kernel has.</summary>
internal sealed class NftablesPath() : ForwardingPath("kernel nftables DNAT", new BenchLab(genericXdp: false))
{
    public override PathKind Kind => PathKind.Kernel;

    public override BenchMethod? Method => BenchMethod.Nat;

    public override Task Open(CancellationToken cancellation)
    {
        BenchLab.Ip(Lab.Director, $"address add {Service}/32 dev out");
        Tool.Run(Lab.Director, $$"""
            table ip bench {
              chain prerouting {
                type nat hook prerouting priority dstnat;
                ip daddr {{Service}} udp dport { {{FloodPort}}, {{EchoPort}} } dnat to {{Server}}
                ip daddr {{Service}} tcp dport {{ConnectionPort}} dnat to {{Server}}
              }
            }
            """, "nft", "-f", "-");
        return Task.CompletedTask;
    }
}
