using FastLb.Native.Interfaces;
using FastLb.Native.Tests.Namespaces;

namespace FastLb.Native.Tests.Interfaces;

public sealed class LinkProbeTests : IDisposable
{
    private readonly VethPair _pair = new();
    private readonly LinkProbe _probe;

    public LinkProbeTests() => _probe = _pair.Near.Invoke(() => new LinkProbe());

    [Fact]
    public void Driver_tells_of_its_carrier()
    {
        Assert.True(Eventually.Read(() => _probe.ReadEthtool(VethPair.NearName), isUp => isUp == true));

        _pair.Far.Run("ip", $"link set {VethPair.FarName} down");

        Assert.False(Eventually.Read(() => _probe.ReadEthtool(VethPair.NearName), isUp => isUp == false));
    }

    [Fact]
    public void Drivers_without_the_request_and_interfaces_that_do_not_exist_say_nothing()
    {
        Assert.Null(_probe.ReadMii(VethPair.NearName)); // no transceiver in software
        Assert.Null(_probe.ReadMii("missing"));
        Assert.Null(_probe.ReadEthtool("missing"));
    }

    public void Dispose()
    {
        _probe.Dispose();
        _pair.Dispose();
    }
}
