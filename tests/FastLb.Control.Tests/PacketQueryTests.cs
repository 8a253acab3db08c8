using System.Net;
using FastLb.Control.Explanations;
using FastLb.DataplaneChannel.Messages;

namespace FastLb.Control.Tests;

public sealed class PacketQueryTests
{
    [Theory]
    [InlineData(null, null, TransportProtocol.Tcp, 2)]
    [InlineData("tcp", "syn,ack", TransportProtocol.Tcp, 18)]
    [InlineData("TCP", "fin, PSH ,ack", TransportProtocol.Tcp, 25)]
    [InlineData("udp", null, TransportProtocol.Udp, 0)]
    public void A_packet_is_read(string? protocol, string? flags, TransportProtocol expectedProtocol, byte expectedFlags)
    {
        Assert.True(new PacketQuery("192.0.2.50:40000", "192.0.2.100:80", protocol, flags).TryRead(out PacketQuestion? packet, out string? fault));

        Assert.Null(fault);
        Assert.Equal(new PacketQuestion(expectedProtocol, IPAddress.Parse("192.0.2.50"), 40000, IPAddress.Parse("192.0.2.100"), 80, expectedFlags), packet);
    }

    [Theory]
    [InlineData("192.0.2.50", "192.0.2.100:80", null, null, "'192.0.2.50' is no source: ADDRESS:PORT of the client")]
    [InlineData("192.0.2.50:0", "192.0.2.100:80", null, null, "'192.0.2.50:0' is no source: ADDRESS:PORT of the client")]
    [InlineData("192.0.2.50:1", null, null, null, "'' is no destination: ADDRESS:PORT of the virtual service")]
    [InlineData("192.0.2.50:1", "[::1]:80", null, null, "'[::1]:80' is no destination: ADDRESS:PORT of the virtual service")]
    [InlineData("192.0.2.50:1", "192.0.2.100:80", "sctp", null, "'sctp' is no protocol: tcp or udp")]
    [InlineData("192.0.2.50:1", "192.0.2.100:80", "6", null, "'6' is no protocol: tcp or udp")]
    [InlineData("192.0.2.50:1", "192.0.2.100:80", "udp", "syn", "only TCP has flags")]
    [InlineData("192.0.2.50:1", "192.0.2.100:80", null, "syn,urg", "'syn,urg' are no flags: some of fin, syn, rst, psh, ack, with commas between them")]
    public void What_makes_no_sense_is_told(string? source, string? destination, string? protocol, string? flags, string expected)
    {
        Assert.False(new PacketQuery(source, destination, protocol, flags).TryRead(out PacketQuestion? packet, out string? fault));

        Assert.Null(packet);
        Assert.Equal(expected, fault);
    }
}
