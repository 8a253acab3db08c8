using FastLb.Bench.Laboratory;
using static FastLb.Bench.Laboratory.BenchAddresses;

namespace FastLb.Bench.Paths;

/// <summary>The director's kernel balances with IPVS.</summary>
internal sealed class IpvsPath(BenchMethod method) : ForwardingPath($"kernel IPVS {NameOf(method)}", new BenchLab(genericXdp: false))
{
    public override PathKind Kind => PathKind.Kernel;

    public override BenchMethod? Method => method;

    /// <summary>Why the kernel's IPVS can't be compared with; null when it can.</summary>
    public static string? DescribeAbsence()
    {
        if (!Path.Exists("/proc/net/ip_vs"))
            return "the kernel has no IPVS, or its module is not loaded (modprobe ip_vs)";
        return Tool.Exists("ipvsadm") ? null : "the kernel has IPVS, but ipvsadm is not installed";
    }

    public override Task Open(CancellationToken cancellation)
    {
        if (method == BenchMethod.Dr)
            Lab.GiveServerTheService();
        BenchLab.Ip(Lab.Director, $"address add {Service}/32 dev out");
        foreach ((string protocol, int port) in ((string, int)[])[("-u", FloodPort), ("-u", EchoPort), ("-t", ConnectionPort)])
        {
            Tool.Run(Lab.Director, string.Empty, "ipvsadm", "-A", protocol, $"{Service}:{port}", "-s", "rr");
            Tool.Run(Lab.Director, string.Empty, "ipvsadm", "-a", protocol, $"{Service}:{port}", "-r", $"{Server}:{port}", method == BenchMethod.Nat ? "-m" : "-g");
        }

        return Task.CompletedTask;
    }

    private static string NameOf(BenchMethod method) => method == BenchMethod.Nat ? "NAT" : "DR";
}
