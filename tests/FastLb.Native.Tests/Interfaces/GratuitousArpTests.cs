using System.Net;
using System.Net.NetworkInformation;
using FastLb.Native.Interfaces;

namespace FastLb.Native.Tests.Interfaces;

public sealed class GratuitousArpTests
{
    [Fact]
    public void Announcement_is_a_broadcast_request_for_the_senders_own_address()
    {
        byte[] frame = new byte[GratuitousArp.FrameSize];

        GratuitousArp.Write(frame, PhysicalAddress.Parse("00-00-5E-00-01-33"), IPAddress.Parse("192.168.182.100"));

        const string Expected =
            "FFFFFFFFFFFF" + "00005E000133" + "0806"
            + "0001" + "0800" + "06" + "04" + "0001"
            + "00005E000133" + "C0A8B664"
            + "000000000000" + "C0A8B664";
        Assert.Equal(Expected, Convert.ToHexString(frame));
    }

    [Fact]
    public void Ipv6_address_is_refused()
    {
        byte[] frame = new byte[GratuitousArp.FrameSize];

        Assert.Throws<ArgumentException>(() => GratuitousArp.Write(frame, PhysicalAddress.Parse("00-00-5E-00-01-33"), IPAddress.IPv6Loopback));
    }
}
