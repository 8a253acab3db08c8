using System.Net.NetworkInformation;
using FastLb.Native.Tests.Namespaces;
using FastLb.Netlink;

namespace FastLb.Native.Tests.Netlink;

public sealed class LinkTableTests : RtnetlinkFixture
{
    [Fact]
    public void Lists_the_links_of_the_namespace_alone()
    {
        IReadOnlyList<LinkInfo> links = Kernel.Links.List();

        Assert.Equal(["lo", VethPair.NearName], links.Select(link => link.Name));
        Assert.True(links[0].Flags.HasFlag(LinkFlags.Loopback));
        Assert.Null(links[0].Mac);
    }

    [Fact]
    public void Link_is_found_by_name_and_by_index()
    {
        Ip($"link set {VethPair.NearName} mtu 1300");

        LinkInfo link = Kernel.Links.Find(VethPair.NearName)!;

        Assert.Equal(1300, link.Mtu);
        Assert.Equal(PhysicalAddress.Parse(VethPair.NearMac), link.Mac);
        Assert.Equal("veth", link.Kind);
        Assert.NotNull(link.LowerIndex);
        Assert.Null(link.MasterIndex);
        Assert.True(link.IsUp);
        Assert.True(link.IsRunning);
        Assert.Equal(link, Kernel.Links.Find(link.Index));
    }

    [Fact]
    public void Bridge_port_names_its_master()
    {
        Ip("link add bridge0 type bridge");
        Ip($"link set {VethPair.NearName} master bridge0");

        LinkInfo bridge = Kernel.Links.Find("bridge0")!;

        Assert.Equal("bridge", bridge.Kind);
        Assert.False(bridge.IsUp);
        Assert.Equal(bridge.Index, Kernel.Links.Find(VethPair.NearName)!.MasterIndex);
    }

    [Fact]
    public void Link_whose_peer_is_down_is_up_but_not_running()
    {
        Pair.Far.Run("ip", $"link set {VethPair.FarName} down");

        LinkInfo link = Eventually.Read(() => Kernel.Links.Find(VethPair.NearName)!, link => !link.IsRunning);

        Assert.True(link.IsUp);
    }

    [Fact]
    public void Link_that_is_not_there_is_null()
    {
        Assert.Null(Kernel.Links.Find("ghost"));
        Assert.Null(Kernel.Links.Find(9999));
    }

    [Fact]
    public void List_of_several_datagrams_comes_complete()
    {
        // More than 32 KiB, which is the most of an answer's datagram.
        string batch = Path.GetTempFileName();
        File.WriteAllLines(batch, Enumerable.Range(0, 100).Select(number => $"link add many{number} type bridge"));
        Ip($"-batch {batch}");
        File.Delete(batch);

        Assert.Equal(100, Kernel.Links.List().Count(link => link.Name.StartsWith("many", StringComparison.Ordinal)));
    }

    [Fact]
    public void Link_is_created_set_up_and_down_and_removed()
    {
        Assert.True(Kernel.Links.Create("bridge7", "bridge"));
        Assert.False(Kernel.Links.Create("bridge7", "bridge"));
        LinkInfo created = Kernel.Links.Find("bridge7")!;
        Assert.Equal(("bridge", false), (created.Kind, created.IsUp));

        Kernel.Links.SetUp(created.Index, up: true);
        Assert.True(Kernel.Links.Find("bridge7")!.IsUp);
        Kernel.Links.SetUp(created.Index, up: false);
        Assert.False(Kernel.Links.Find("bridge7")!.IsUp);

        Assert.True(Kernel.Links.Remove(created.Index));
        Assert.False(Kernel.Links.Remove(created.Index));
        Assert.Null(Kernel.Links.Find("bridge7"));
    }

    [Fact]
    public void Unknown_kind_of_link_is_a_missing_feature()
    {
        KernelFeatureException fault = Assert.Throws<KernelFeatureException>(() => Kernel.Links.Create("odd", "no-such-kind"));

        Assert.Contains("no-such-kind", fault.Message, StringComparison.Ordinal);
    }
}
