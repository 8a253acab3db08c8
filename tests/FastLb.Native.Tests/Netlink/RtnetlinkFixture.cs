using FastLb.Native.Tests.Namespaces;
using FastLb.Netlink;

namespace FastLb.Native.Tests.Netlink;

/// <summary>A veth pair and a connection to the kernel in the near namespace.</summary>
public abstract class RtnetlinkFixture : IDisposable
{
    private protected RtnetlinkFixture()
    {
        Kernel = Near.Invoke(Rtnetlink.Open);
        NearIndex = Kernel.Links.Find(VethPair.NearName)!.Index;
    }

    private protected VethPair Pair { get; } = new();

    private protected NetworkNamespace Near => Pair.Near;

    private protected Rtnetlink Kernel { get; }

    private protected int NearIndex { get; }

    public void Dispose()
    {
        Kernel.Dispose();
        Pair.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected string Ip(string arguments) => Near.Run("ip", arguments);
}
