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

    /// <summary>Waits for the kernel to get where <paramref name="reached"/> says, as resolving an address does in the background.</summary>
    private protected static T Await<T>(Func<T> read, Func<T, bool> reached)
    {
        T value = read();
        Assert.True(SpinWait.SpinUntil(() => reached(value = read()), TimeSpan.FromSeconds(10)), $"never reached; last: {value}");
        return value;
    }
}
