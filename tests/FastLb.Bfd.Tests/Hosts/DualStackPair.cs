using FastLb.Native.Interfaces;
using FastLb.Native.Tests.Namespaces;

namespace FastLb.Bfd.Tests.Hosts;

/// <summary>Two namespaces joined by a veth pair, with addresses of both families.</summary>
internal sealed class DualStackPair : IDisposable
{
    public const string NearAddress6 = "2001:db8::1";
    public const string FarAddress6 = "2001:db8::2";

    private readonly VethPair _pair = new();

    public DualStackPair()
    {
        Configure(Near, VethPair.NearName, NearAddress6);
        Configure(Far, VethPair.FarName, FarAddress6);
        Far.Run("ping", $"-c 1 -i 0.2 -w 20 {VethPair.NearAddress}");
        Far.Run("ping", $"-c 1 -i 0.2 -w 20 {NearAddress6}");
    }

    public NetworkNamespace Near => _pair.Near;

    public NetworkNamespace Far => _pair.Far;

    /// <summary>The near end's interface by the number that link-local addresses are scoped with.</summary>
    public int NearIndex => Near.Invoke(() => NetworkDevice.Read(VethPair.NearName).Index);

    /// <summary>The same of the far end.</summary>
    public int FarIndex => Far.Invoke(() => NetworkDevice.Read(VethPair.FarName).Index);

    public void Dispose() => _pair.Dispose();

    private static void Configure(NetworkNamespace network, string nic, string address)
    {
        network.Invoke(() => File.WriteAllText($"/proc/sys/net/ipv6/conf/{nic}/accept_dad", "0"));
        network.Invoke(() => File.WriteAllText("/proc/sys/net/ipv6/conf/lo/disable_ipv6", "0"));
        network.Invoke(() => File.WriteAllText($"/proc/sys/net/ipv6/conf/{nic}/disable_ipv6", "0"));
        network.Run("ip", $"-6 address add {address}/64 dev {nic} nodad");
    }
}
