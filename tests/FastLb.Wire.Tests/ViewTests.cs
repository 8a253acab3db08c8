using FastLb.Testing;

namespace FastLb.Wire.Tests;

public sealed class ViewTests
{
    [Theory]
    [InlineData(IpProtocol.Tcp)]
    [InlineData(IpProtocol.Udp)]
    public void Headers_are_read_where_they_are(IpProtocol protocol)
    {
        byte[] frame = new FrameBuilder { Protocol = protocol, IpOptions = 8, TimeToLive = 17, Flags = TcpFlags.Fin | TcpFlags.Acknowledgment, Padding = 5 }.Build();

        Assert.True(EthernetView.TryParse(frame, out EthernetView ethernet));
        Assert.Equal("02:00:00:00:01:30", ethernet.Destination.ToString());
        Assert.Equal("02:00:00:00:00:50", ethernet.Source.ToString());
        Assert.True(Ipv4View.TryParse(frame.AsSpan(14), out Ipv4View ip));
        Assert.True(ip.HasValidChecksum);
        Assert.Equal((28, (byte)17, protocol, true, false), (ip.HeaderLength, ip.TimeToLive, ip.Protocol, ip.DontFragment, ip.IsFragment));
        Assert.Equal("192.0.2.50", IpAddress.FromV4(ip.Source).ToString());
        if (protocol == IpProtocol.Tcp)
        {
            Assert.True(TcpView.TryParse(ip.Payload, out TcpView tcp));
            Assert.Equal((40000, 80, TcpFlags.Fin | TcpFlags.Acknowledgment), (tcp.SourcePort, tcp.DestinationPort, tcp.Flags));
        }
        else
        {
            Assert.True(UdpView.TryParse(ip.Payload, out UdpView udp));
            Assert.Equal((40000, 80), (udp.SourcePort, udp.DestinationPort));
        }
    }

    [Fact]
    public void Ipv4_packet_that_is_cut_off_anywhere_is_refused()
    {
        byte[] frame = new FrameBuilder().Build();
        for (int length = 0; length < frame.Length - 14; length++)
            Assert.False(Ipv4View.TryParse(frame.AsSpan(14, length), out _), $"cut to {length} bytes");
    }

    [Theory]
    [InlineData(0, 0x65)] // version 6
    [InlineData(0, 0x44)] // header of 16 bytes
    [InlineData(0, 0x4f)] // header beyond the packet
    [InlineData(3, 19)] // total length below the header's
    public void Ipv4_header_that_contradicts_itself_is_refused(int place, byte value)
    {
        byte[] packet = new FrameBuilder { Payload = 0, Protocol = IpProtocol.Udp }.Build()[14..];
        packet[2] = place == 3 ? (byte)0 : packet[2];
        packet[place] = value;

        Assert.False(Ipv4View.TryParse(packet, out _));
    }

    [Fact]
    public void Time_to_live_goes_down_with_a_valid_checksum_for_every_value()
    {
        for (int ttl = 1; ttl < 256; ttl++)
        {
            byte[] packet = new FrameBuilder { TimeToLive = (byte)ttl }.Build()[14..];
            Assert.True(Ipv4View.TryParse(packet, out Ipv4View ip));
            ip.DecrementTimeToLive();
            Assert.Equal(ttl - 1, ip.TimeToLive);
            Assert.True(ip.HasValidChecksum);
        }
    }

    [Theory]
    [InlineData("192.0.2.1", true)]
    [InlineData("2001:db8::1", false)]
    public void Address_of_either_family_keeps_its_text(string text, bool isIPv4)
    {
        Assert.True(IpAddress.TryParse(text, out IpAddress address));
        Assert.Equal((text, isIPv4), (address.ToString(), address.IsIPv4));
    }

    [Theory]
    [InlineData("02:00:00:00:01", false)]
    [InlineData("02:00:00:00:01:3g", false)]
    [InlineData("02-00-00-00-01-30", false)]
    [InlineData("02:00:00:00:01:30", true)]
    public void Mac_address_is_read_in_its_usual_form_only(string text, bool accepted)
    {
        Assert.Equal(accepted, MacAddress.TryParse(text, out MacAddress address));
        Assert.Equal(accepted ? text : "00:00:00:00:00:00", address.ToString());
    }
}
