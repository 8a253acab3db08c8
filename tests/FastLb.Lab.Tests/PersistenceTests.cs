using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>Clients that stay with their server, over ports and workers.</summary>
public sealed class PersistenceTests
{
    private const int Persistent = 7000;
    private const int Https = 443;
    private const int Connections = 12;

    [Fact]
    public async Task Client_stays_with_one_server_on_both_workers_and_on_both_ports_of_a_firewall_mark()
    {
        await using ReferenceLab lab = await ReferenceLab.Start(new LabOptions { Arms = 2, Mode = "nat", DirectorQueues = 2 });
        await using Balancer balancer = await Balancer.Start(lab, WriteConfiguration(lab), "--workers", "2");
        using OpenConnections persistent = new(lab, Persistent);
        using OpenConnections https = new(lab, Https);

        LabHost first = Assert.Single((await persistent.Open(Connections)).Distinct());
        string web = await lab.Client.Fetch(ReferenceLab.VirtualAddressText);
        LabHost secure = Assert.Single((await https.Open(Connections)).Distinct());
        Assert.Equal(web, secure == lab.Web01 ? "this is web01" : "this is web02");
        Assert.Equal(web, await lab.Client.Fetch(ReferenceLab.VirtualAddressText));

        BalancerStatus status = await balancer.Status();
        Assert.All(status.Workers, worker => Assert.True(worker.Flows > 0, $"worker {worker.Number} owns no flow"));
        Assert.Equal(Connections, status.Service(Persistent).Connections);
        Assert.Equal([(first.Address.ToString(), 1)], Kept(status.Service(Persistent)));
        ServiceStatus marked = status.Services.Single(service => service.Mark == 7);
        Assert.Equal(Connections + 2, marked.Connections);
        Assert.Equal([(secure.Address.ToString(), 1)], Kept(marked));
        Assert.Equal(0, status.Frames!.Lost);

        string[] lines = (await Balancer.RunCommand("conns", "--runtime-dir", balancer.RuntimeDirectory)).Expected().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] templates = [.. lines.Where(line => line.Contains($" {lab.Client.Address}:0 ", StringComparison.Ordinal))];
        Assert.Equal(2, templates.Length);
        Assert.Single(templates, line => line.StartsWith("TCP", StringComparison.Ordinal) && line.Contains($"ASSURED     {lab.Client.Address}:0", StringComparison.Ordinal)
            && line.EndsWith($"{first.Address}:{Persistent}", StringComparison.Ordinal));
        Assert.Single(templates, line => line.StartsWith("IP ", StringComparison.Ordinal) && line.Contains(" 0.0.0.7:0 ", StringComparison.Ordinal)
            && line.EndsWith($"{secure.Address}:0", StringComparison.Ordinal));
    }

    private static IEnumerable<(string Server, int Clients)> Kept(ServiceStatus service) =>
        service.Servers.Where(server => server.PersistentClients != 0).Select(server => (server.Address, server.PersistentClients));

    private static string WriteConfiguration(ReferenceLab lab)
    {
        (LabHost, int)[] servers = [(lab.Web01, 1), (lab.Web02, 1)];
        string path = VirtualService.WriteConfiguration(
            lab, new VirtualService(Persistent) { Method = "NAT", Servers = servers, Extra = "persistence_timeout 60" });
        File.AppendAllText(path, $$"""
            virtual_server fwmark 7 {
                lb_algo rr
                lb_kind NAT
                persistence_timeout 60
                real_server {{lab.Web01.Address}} {
                }
                real_server {{lab.Web02.Address}} {
                }
            }
            fastlb {
                mark 7 {
                    destination {{ReferenceLab.VirtualAddressText}}
                    protocol tcp
                    destination_port 80
                }
                mark 7 {
                    destination {{ReferenceLab.VirtualAddressText}}
                    protocol tcp
                    destination_port {{Https}}
                }
            }
            """);
        return path;
    }
}
