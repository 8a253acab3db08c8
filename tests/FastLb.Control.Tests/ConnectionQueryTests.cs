using System.Net;
using FastLb.Control.Connections;
using FastLb.DataplaneChannel.Messages;

namespace FastLb.Control.Tests;

public sealed class ConnectionQueryTests
{
    [Fact]
    public void Everything_that_is_asked_reaches_the_filter()
    {
        var query = new ConnectionQuery("TCP", "192.0.2.100:80", "192.0.2.1:8080", "198.51.100.0/24", "7");

        Assert.True(query.TryRead(out ConnectionFilter filter, out long most, out string? fault), fault);

        Assert.Equal(
            new ConnectionFilter(TransportProtocol.Tcp, IPAddress.Parse("192.0.2.100"), 80, IPAddress.Parse("192.0.2.1"), 8080, IPAddress.Parse("198.51.100.0"), 24),
            filter);
        Assert.Equal(7, most);
    }

    [Fact]
    public void Nothing_asked_means_everything()
    {
        Assert.True(new ConnectionQuery().TryRead(out ConnectionFilter filter, out long most, out _));
        Assert.Equal(new ConnectionFilter(), filter);
        Assert.Equal(long.MaxValue, most);
    }

    [Fact]
    public void Server_may_come_without_a_port_and_client_without_a_length()
    {
        Assert.True(new ConnectionQuery(Server: "192.0.2.1", Client: "192.0.2.9").TryRead(out ConnectionFilter filter, out _, out _));
        Assert.Equal((null, 32), (filter.ServerPort, filter.ClientPrefixLength));
    }

    [Theory]
    [InlineData("sctp", null, null, null, null, "sctp")]
    [InlineData("6", null, null, null, null, "'6'")]
    [InlineData(null, "192.0.2.100", null, null, null, "ADDRESS:PORT")]
    [InlineData(null, "80", null, null, null, "ADDRESS:PORT")]
    [InlineData(null, "192.0.2.100:0", null, null, null, "ADDRESS:PORT")]
    [InlineData(null, "192.0.2.100:65536", null, null, null, "ADDRESS:PORT")]
    [InlineData(null, null, "192.0.2.1:80:80", null, null, "server")]
    [InlineData(null, null, null, "192.0.2.0/33", null, "0 to 32")]
    [InlineData(null, null, null, "192.0.2.0/-1", null, "0 to 32")]
    [InlineData(null, null, null, "2001:db8::1", null, "client")]
    [InlineData(null, null, null, null, "0", "1 or more")]
    [InlineData(null, null, null, null, "many", "many")]
    public void What_makes_no_sense_is_named(string? protocol, string? service, string? server, string? client, string? limit, string expected)
    {
        Assert.False(new ConnectionQuery(protocol, service, server, client, limit).TryRead(out _, out _, out string? fault));
        Assert.Contains(expected, fault, StringComparison.Ordinal);
    }
}
