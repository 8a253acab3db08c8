using System.Net.NetworkInformation;
using FastLb.Native.Interfaces;
using FastLb.Native.Tests.Namespaces;

namespace FastLb.Native.Tests.Interfaces;

public sealed class NetworkDeviceTests : IDisposable
{
    private readonly VethPair _link = new();

    public void Dispose() => _link.Dispose();

    [Fact]
    public void Reads_what_the_kernel_shows_of_an_interface()
    {
        _link.Near.Run("ip", $"link set {VethPair.NearName} mtu 1400");

        NetworkDevice device = Read(VethPair.NearName);

        Assert.Equal(VethPair.NearName, device.Name);
        Assert.Equal(PhysicalAddress.Parse(VethPair.NearMac), device.Mac);
        Assert.Equal(1400, device.Mtu);
        Assert.True(device.IsUp);
        Assert.True(device.IsRunning);
        Assert.Equal(VethPair.NearName, _link.Near.Invoke(() => NetworkDevice.NameOf(device.Index)));
    }

    [Fact]
    public void Receive_queues_are_those_in_use()
    {
        Assert.Equal(2, Read(VethPair.NearName).ReceiveQueues);

        _link.Near.Run("ethtool", $"-L {VethPair.NearName} rx 1");

        Assert.Equal(1, Read(VethPair.NearName).ReceiveQueues);
    }

    [Fact]
    public void Interface_without_channels_has_one_receive_queue_and_no_mac()
    {
        NetworkDevice loopback = Read("lo");

        Assert.Equal(1, loopback.ReceiveQueues);
        Assert.Equal(new PhysicalAddress(new byte[6]), loopback.Mac);
    }

    [Fact]
    public void Interface_set_down_is_neither_up_nor_running()
    {
        _link.Near.Run("ip", $"link set {VethPair.NearName} down");

        NetworkDevice device = Read(VethPair.NearName);

        Assert.False(device.IsUp);
        Assert.False(device.IsRunning);
    }

    [Fact]
    public void Interface_of_another_namespace_is_not_there()
    {
        SystemCallException fault = Assert.Throws<SystemCallException>(() => Read(VethPair.FarName));

        Assert.Equal(Errno.ENODEV, fault.Errno);
        Assert.Equal("read settings of far: ENODEV: there is no such interface in this network namespace", fault.Message);
        Assert.Throws<SystemCallException>(() => _link.Near.Invoke(() => NetworkDevice.NameOf(9999)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a-name-of-16-byt")]
    public void Impossible_names_are_refused(string name)
    {
        Assert.Throws<ArgumentException>(() => NetworkDevice.Read(name));
    }

    private NetworkDevice Read(string name) => _link.Near.Invoke(() => NetworkDevice.Read(name));
}
