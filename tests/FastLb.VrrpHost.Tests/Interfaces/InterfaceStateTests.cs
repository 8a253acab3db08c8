using System.Net;
using FastLb.Configuration.Model;
using FastLb.Native.Tests.Namespaces;
using FastLb.Netlink;
using FastLb.VrrpHost.Interfaces;
using FastLb.Wire;

namespace FastLb.VrrpHost.Tests.Interfaces;

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

        Assert.Equal((_kernel.Links.Find("near")!.Index, true, Ip("192.0.2.1"), null), (state.Index, state.IsRunning, state.PrimaryAddress, state.Obstacle));
    }

    [Fact]
    public void Missing_interface_is_not_there_at_all()
    {
        _namespace.Run("ip", "link delete near");

        InterfaceState state = Read(string.Empty);

        Assert.Equal((0, false, null, "there is no interface near"), (state.Index, state.IsRunning, state.PrimaryAddress, state.Obstacle));
    }

    [Theory]
    [InlineData("near")]
    [InlineData("near-peer")] // no carrier
    public void Interface_that_passes_no_frames_is_not_running(string down)
    {
        _namespace.Run("ip", $"link set {down} down");

        InterfaceState state = Eventually.Read(() => Read(string.Empty), state => !state.IsRunning);

        Assert.NotEqual(0, state.Index);
        Assert.Equal("near is down", state.Obstacle);
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
        string lines = OnOther(word);
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

        InterfaceState state = Read(OnOther(string.Empty));

        Assert.False(state.IsRunning);
        Assert.Equal("there is no interface other, where 198.51.100.100 belongs", state.Obstacle);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no_track")]
    public void Interface_of_an_address_has_renewed_when_it_appears_is_made_anew_or_comes_up_and_not_when_it_goes(string word)
    {
        InterfaceState there = Read(OnOther(word));
        _namespace.Run("ip", "link delete other");
        InterfaceState gone = Read(OnOther(word));
        Assert.False(gone.HasRenewedSince(there));

        _namespace.Run("ip", "link add other type veth peer name other-peer");
        InterfaceState anew = Read(OnOther(word));
        Assert.True(anew.HasRenewedSince(gone));
        Assert.True(anew.HasRenewedSince(there));
        Assert.False(Read(OnOther(word)).HasRenewedSince(anew));

        _namespace.Run("ip", "link set other up");
        _namespace.Run("ip", "link set other-peer up");
        InterfaceState up = Eventually.Read(() => Read(OnOther(word)), state => state.AddressInterfaces!.All(one => one.IsRunning));
        Assert.True(up.HasRenewedSince(anew));
        _namespace.Run("ip", "link set other down");
        Assert.False(Read(OnOther(word)).HasRenewedSince(up));
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _namespace.Dispose();
    }

    private static string OnOther(string word) => $"virtual_ipaddress_excluded {{\n 198.51.100.100/32 dev other {word}\n }}";

    private static IpAddress Ip(string text) => IpAddress.From(IPAddress.Parse(text));

    private InterfaceState Read(string lines, params string[] virtualAddresses)
    {
        VrrpInstance instance = ConfigurationText.WithInstance(lines).VrrpInstances[0];
        return InterfaceState.Read(_kernel, _kernel.Links.Find, instance, instance.Interface, virtualAddresses.Length == 0 ? NoVirtualAddresses : virtualAddresses.Select(Ip).ToHashSet());
    }
}
