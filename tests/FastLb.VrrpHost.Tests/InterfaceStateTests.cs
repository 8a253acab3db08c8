using System.Net;
using FastLb.Configuration.Model;
using FastLb.Native.Tests.Namespaces;
using FastLb.Netlink;
using FastLb.Wire;

namespace FastLb.VrrpHost.Tests;

public sealed class InterfaceStateTests : IDisposable
{
    private static readonly HashSet<IpAddress> NoVirtualAddresses = [];

    private readonly NetworkNamespace _namespace = new();
    private readonly Rtnetlink _kernel;

    public InterfaceStateTests()
    {
        _namespace.Run("ip", "link add near type veth peer name near-peer");
        _namespace.Run("ip", "link add other type veth peer name other-peer");
        foreach (string name in (string[])["near", "near-peer", "other", "other-peer"])
            _namespace.Run("ip", $"link set {name} up");
        _kernel = _namespace.Invoke(Rtnetlink.Open);
    }

    [Fact]
    public void Interface_that_is_up_has_index_and_primary_address()
    {
        _namespace.Run("ip", "address add 192.0.2.1/24 dev near");

        InterfaceState state = Read(string.Empty);

        Assert.Equal((_kernel.Links.Find("near")!.Index, true, Ip("192.0.2.1")), (state.Index, state.IsRunning, state.PrimaryAddress));
    }

    [Fact]
    public void Missing_interface_is_not_there_at_all()
    {
        _namespace.Run("ip", "link delete near");

        Assert.Equal(new InterfaceState(0, false, null), Read(string.Empty));
    }

    [Theory]
    [InlineData("near")]
    [InlineData("near-peer")] // no carrier
    public void Interface_that_passes_no_frames_is_not_running(string down)
    {
        _namespace.Run("ip", $"link set {down} down");

        InterfaceState state = Eventually.Read(() => Read(string.Empty), state => !state.IsRunning);

        Assert.NotEqual(0, state.Index);
    }

    [Fact]
    public void Interface_without_an_address_has_no_primary_one()
    {
        Assert.Equal((true, null), (Read(string.Empty).IsRunning, Read(string.Empty).PrimaryAddress));
        _namespace.Run("ip", "address add 192.0.2.1/24 dev other");
        Assert.Null(Read(string.Empty).PrimaryAddress);
    }

    [Fact]
    public void Virtual_address_is_never_the_primary_one()
    {
        _namespace.Run("ip", "address add 192.0.2.100/32 dev near");
        Assert.Null(Read(string.Empty, "192.0.2.100").PrimaryAddress);

        _namespace.Run("ip", "address add 192.0.2.1/24 dev near");
        Assert.Equal(Ip("192.0.2.1"), Read(string.Empty, "192.0.2.100").PrimaryAddress);
    }

    [Fact]
    public void Secondary_address_is_skipped()
    {
        _namespace.Run("ip", "address add 192.0.2.100/24 dev near");
        _namespace.Run("ip", "address add 192.0.2.9/24 dev near"); // secondary to the virtual one
        _namespace.Run("ip", "address add 198.51.100.1/24 dev near");

        Assert.Equal(Ip("198.51.100.1"), Read(string.Empty, "192.0.2.100").PrimaryAddress);
    }

    [Fact]
    public void Configured_source_address_is_the_primary_one()
    {
        _namespace.Run("ip", "address add 192.0.2.1/24 dev near");

        Assert.Equal(Ip("192.0.2.77"), Read("mcast_src_ip 192.0.2.77").PrimaryAddress);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("no_track", true)]
    public void Device_of_an_address_counts_unless_it_is_not_tracked(string word, bool runs)
    {
        string lines = $"virtual_ipaddress_excluded {{\n 198.51.100.100/32 dev other {word}\n }}";
        Assert.True(Read(lines).IsRunning);

        _namespace.Run("ip", "link set other down");

        Assert.Equal(runs, Read(lines).IsRunning);
        Assert.True(Read(string.Empty).IsRunning);
    }

    [Theory]
    [InlineData("near", true)]
    [InlineData("other", true)]
    [InlineData("near-peer", false)]
    public void State_differs_when_an_interface_with_an_address_has_another_mac(string changed, bool differs)
    {
        const string lines = "virtual_ipaddress_excluded {\n 198.51.100.100/32 dev other\n }";
        InterfaceState before = Read(lines);

        _namespace.Run("ip", $"link set {changed} address 02:00:00:00:00:99");

        Assert.Equal(differs, before != Read(lines));
    }

    [Fact]
    public void Missing_device_of_an_address_counts_as_down()
    {
        _namespace.Run("ip", "link delete other");

        Assert.False(Read("virtual_ipaddress_excluded {\n 198.51.100.100/32 dev other\n }").IsRunning);
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _namespace.Dispose();
    }

    private static IpAddress Ip(string text) => IpAddress.From(IPAddress.Parse(text));

    private InterfaceState Read(string lines, params string[] virtualAddresses)
    {
        VrrpInstance instance = ConfigurationText.WithInstance(lines).VrrpInstances[0];
        return InterfaceState.Read(_kernel, instance, virtualAddresses.Length == 0 ? NoVirtualAddresses : virtualAddresses.Select(Ip).ToHashSet());
    }
}
