using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary><c>fastlb conns</c>: what it shows of connections that a client has.</summary>
public sealed class ConnectionListTests
{
    [Fact]
    public async Task Connections_are_shown_as_ipvsadm_shows_them_and_can_be_chosen()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Balancer balancer = await Balancer.Start(
            lab, VirtualService.WriteConfiguration(lab, new VirtualService(80) { Servers = [(lab.Web01, 1), (lab.Web02, 1)] }));
        Socket[] open = [await lab.Client.Connect(ReferenceLab.VirtualAddress, 80), await lab.Client.Connect(ReferenceLab.VirtualAddress, 80)];

        string[] lines = await List(balancer, expected: 2);

        Assert.Equal("FastLb connection entries", lines[0]);
        Assert.Equal("pro expire state       source             virtual            destination", lines[1]);
        string[] clients = [.. open.Select(connection => $"{(IPEndPoint)connection.LocalEndPoint!}")];
        Assert.All(lines[2..], line => Assert.Matches(
            new Regex(@"^TCP 1[45]:\d\d  ESTABLISHED 192\.168\.182\.50:\d+ +192\.168\.182\.100:80 +192\.168\.182\.13[23]:80$"), line));
        Assert.All(clients, client => Assert.Single(lines, line => line.Contains($" {client} ", StringComparison.Ordinal)));

        Assert.Single((await List(balancer, expected: 1, "--server", $"{lab.Web01.Address}:80"))[2..], line => line.EndsWith("132:80", StringComparison.Ordinal));
        Assert.Equal(4, (await List(balancer, expected: 2, "--client", "192.168.182.0/24", "--protocol", "tcp", "--service", "192.168.182.100:80")).Length);
        Assert.Equal(2, (await List(balancer, expected: 0, "--client", "192.168.183.0/24")).Length);
        Assert.Equal(2, (await List(balancer, expected: 0, "--protocol", "udp")).Length);
        Assert.Equal(3, (await List(balancer, expected: 1, "--limit", "1")).Length);

        foreach (Socket connection in open)
            connection.Dispose();
        await Eventually.Observe(() => List(balancer, expected: 2), shown => shown[2..].All(line => line.Contains(" FIN_WAIT ", StringComparison.Ordinal)), "two closed connections");
        string json = (await Balancer.RunCommand("conns", "--json", "--limit", "1", "--runtime-dir", balancer.RuntimeDirectory)).Expected();
        Assert.Equal("FIN_WAIT", JsonDocument.Parse(json).RootElement.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Query_that_makes_no_sense_and_a_director_that_is_not_there_are_told()
    {
        CommandResult nonsense = await Balancer.RunCommand("conns", "--client", "here");
        Assert.Equal(1, nonsense.ExitCode);
        Assert.Contains("'here' is no client", nonsense.Error, StringComparison.Ordinal);

        CommandResult nobody = await Balancer.RunCommand("conns", "--runtime-dir", "/run/fastlb-nobody");
        Assert.Equal(1, nobody.ExitCode);
        Assert.Contains("fastlb run", nobody.Error, StringComparison.Ordinal);
    }

    private static async Task<string[]> List(Balancer balancer, int expected, params IEnumerable<string> filters)
    {
        string text = await Eventually.Observe(
            async () => (await Balancer.RunCommand(["conns", "--runtime-dir", balancer.RuntimeDirectory, .. filters])).Expected(),
            shown => shown.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == expected + 2,
            $"{expected} connections");
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
