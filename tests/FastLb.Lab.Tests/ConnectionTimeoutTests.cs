using System.Net.Sockets;
using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>What becomes of a connection that has been idle for longer than it is remembered, by each setting of <c>unknown_flows</c>.</summary>
public sealed class ConnectionTimeoutTests
{
    private const int Port = 7000;

    [Theory]
    [InlineData("refuse")]
    [InlineData("kernel")]
    public async Task Client_of_a_forgotten_connection_is_told_by_a_reset(string unknownFlows)
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, Configuration(lab, unknownFlows));
        (Socket client, Socket server) = await lab.Client.ConnectThrough(lab.Web01, ReferenceLab.VirtualAddress, Port);
        using (client)
        using (server)
        {
            await IsForgotten(balancer);

            client.Send([1]);

            Task<int> received = client.ReceiveAsync(new byte[1]);
            SocketException fault = await Assert.ThrowsAsync<SocketException>(() => received.WaitAsync(Eventually.Patience));
            Assert.Equal(SocketError.ConnectionReset, fault.SocketErrorCode);
            Assert.Equal(1, (await balancer.Status()).Verdicts["unknownFlow"]);
            Assert.Equal(0, server.Available);
        }
    }

    [Fact]
    public async Task One_that_begins_with_any_segment_goes_on_if_so_set()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab, Configuration(lab, "drop", "sloppy_tcp on"));
        (Socket client, Socket server) = await lab.Client.ConnectThrough(lab.Web01, ReferenceLab.VirtualAddress, Port);
        using (client)
        using (server)
        {
            await IsForgotten(balancer);

            client.Send([1]);

            Assert.Equal(1, await server.ReceiveAsync(new byte[1]).WaitAsync(Eventually.Patience));
        }
    }

    private static string Configuration(ReferenceLab lab, string unknownFlows, string setting = "")
    {
        string path = VirtualService.WriteConfiguration(lab, new VirtualService(Port) { Servers = [(lab.Web01, 1)] });
        File.AppendAllText(path, $$"""
            fastlb {
                unknown_flows {{unknownFlows}}
                {{setting}}
                service_timeouts {{ReferenceLab.VirtualAddressText}} {{Port}} tcp 1
            }

            """);
        return path;
    }

    private static Task<BalancerStatus> IsForgotten(Balancer balancer) =>
        Eventually.Observe(balancer.Status, status => status.Service(Port).Servers.Single() is { ActiveConnections: 0, InactiveConnections: 0 }, "the connection's end");
}
