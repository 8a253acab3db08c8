using System.Text.Json;
using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary><c>fastlb explain</c>: what a running director says of packets that nobody has sent.</summary>
public sealed class ExplainTests
{
    private const string ElsewhereText = "192.168.182.101";

    [Fact]
    public async Task Explaining_tells_what_would_happen_and_changes_nothing()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(lab.Master, WriteConfiguration(lab));
        await lab.Master.AcquiresVirtualAddress();
        await Eventually.Observe(
            balancer.Status,
            status => status.Service(80).Steered && status.Service(80).Servers.All(server => server.Adjacency.IsResolved) && status.Service(8081).Servers[0].Health == "down",
            "the service to be taken, its servers' ways to be known, and the other service's server to be down");
        string first = await lab.Client.Fetch(ReferenceLab.VirtualAddressText);
        BalancerStatus before = await Settled(balancer);

        JsonElement next = await Explain(balancer, "80"), again = await Explain(balancer, "80");

        string server = next.GetProperty("explanation").GetProperty("server").GetProperty("address").GetString()!;
        Assert.NotEqual(first.Contains("web01", StringComparison.Ordinal) ? $"{lab.Web01.Address}" : $"{lab.Web02.Address}", server);
        Assert.Equal(next.GetRawText(), again.GetRawText());
        Assert.Equal("rr: the next in turn of 2 servers", next.GetProperty("explanation").GetProperty("schedule").GetString());
        Assert.Equal("forwardedDirect", next.GetProperty("explanation").GetProperty("reason").GetString());
        Assert.Equal(await (server == $"{lab.Web01.Address}" ? lab.Web01 : lab.Web02).Mac(), next.GetProperty("explanation").GetProperty("server").GetProperty("mac").GetString());
        BalancerStatus after = await balancer.Status();
        Assert.Equal(before.Verdicts, after.Verdicts);
        Assert.Equal(Counts(before), Counts(after));
        Assert.Equal(before.Workers.Sum(worker => worker.Flows), after.Workers.Sum(worker => worker.Flows));
        Assert.NotEqual(first, await lab.Client.Fetch(ReferenceLab.VirtualAddressText)); // the turn has not been used up

        Assert.Contains("no virtual service TCP 192.168.182.100:81: steering leaves such packets to the kernel", await ExplainText(balancer, $"{ReferenceLab.VirtualAddressText}:81"), StringComparison.Ordinal);
        string down = await ExplainText(balancer, $"{ReferenceLab.VirtualAddressText}:8081");
        Assert.Contains($"{lab.Web01.Address}:8081 is down", down, StringComparison.Ordinal);
        Assert.Contains("answer, noServer: ", down, StringComparison.Ordinal);
        string elsewhere = await ExplainText(balancer, $"{ElsewhereText}:82");
        Assert.Contains("left to the kernel by steering", elsewhere, StringComparison.Ordinal);
        Assert.Contains("the address is not held here", elsewhere, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_packet_that_makes_no_sense_is_told()
    {
        CommandResult nonsense = await Balancer.RunCommand("explain", "--src", "1.2.3.4:5", "--dst", "here");
        Assert.Equal(1, nonsense.ExitCode);
        Assert.Contains("'here' is no destination: ADDRESS:PORT", nonsense.Error, StringComparison.Ordinal);
    }

    // A second instance that waits three minutes for another master.
    private static string WriteConfiguration(ReferenceLab lab)
    {
        string path = VirtualService.WriteConfiguration(
            lab,
            new VirtualService(80) { Servers = [(lab.Web01, 1), (lab.Web02, 1)] },
            new VirtualService(8081) { Servers = [(lab.Web01, 1)], Checker = VirtualService.QuickCheck });
        File.AppendAllText(path, $$"""

            vrrp_instance VI_2 {
                state BACKUP
                interface {{lab.Master.Interface}}
                virtual_router_id 52
                priority 1
                advert_int 60
                virtual_ipaddress {
                    {{ElsewhereText}}
                }
            }

            virtual_server {{ElsewhereText}} 82 {
                lb_algo rr
                lb_kind DR
                protocol TCP
                real_server {{lab.Web01.Address}} 82 {
                    weight 1
                }
            }
            """);
        return path;
    }

    /// <summary>The status once the client's connection has come to its end.</summary>
    private static async Task<BalancerStatus> Settled(Balancer balancer)
    {
        BalancerStatus last = await balancer.Status();
        return await Eventually.Observe(
            balancer.Status,
            status =>
            {
                bool isSame = status.Verdicts.Values.Sum() == last.Verdicts.Values.Sum() && status.Service(80).ActiveConnections == 0;
                last = status;
                return isSame;
            },
            "no more packets of the client's");
    }

    private static async Task<JsonElement> Explain(Balancer balancer, string port) => JsonDocument.Parse((await Balancer.RunCommand(
        "explain", "--src", "192.168.182.77:5000", "--dst", $"{ReferenceLab.VirtualAddressText}:{port}", "--proto", "tcp", "--flags", "syn", "--json", "--runtime-dir", balancer.RuntimeDirectory)).Expected()).RootElement;

    private static async Task<string> ExplainText(Balancer balancer, string destination) =>
        (await Balancer.RunCommand("explain", "--src", "192.168.182.77:5000", "--dst", destination, "--runtime-dir", balancer.RuntimeDirectory)).Expected();

    private static IEnumerable<(string Address, int Port, long Connections, long Packets, long Active, long Inactive)> Counts(BalancerStatus status) =>
        status.Services.SelectMany(service => service.Servers).Select(
            server => (server.Address, server.Port, server.Connections, server.Packets, server.ActiveConnections, server.InactiveConnections));
}
