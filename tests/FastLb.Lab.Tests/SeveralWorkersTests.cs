using System.Net;
using System.Net.Sockets;
using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>A dataplane with more than one worker: what a client gets must not tell how many there are.</summary>
public sealed class SeveralWorkersTests
{
    private const int Requests = 40;

    [Theory]
    [InlineData(2)]
    [InlineData(1)] // one worker receives, both decide
    public async Task Connections_are_shared_out_between_the_workers_and_in_turn_between_the_servers(int directorQueues)
    {
        await using ReferenceLab lab = await ReferenceLab.Start(directorQueues);
        await using Balancer balancer = await Balancer.Start(lab, Repository.AloneConfiguration, "--workers", "2");

        List<string> answers = [];
        for (int request = 0; request < Requests; request++)
            answers.Add(await lab.Client.Fetch(ReferenceLab.VirtualAddressText));

        string first = answers[0], second = answers[1];
        Assert.NotEqual(first, second);
        Assert.Equal(Enumerable.Range(0, Requests).Select(request => request % 2 == 0 ? first : second), answers);

        BalancerStatus status = await balancer.Status();
        ServiceStatus service = status.Service(80);
        Assert.Equal([0, 1], status.Workers.Select(worker => worker.Number));
        Assert.Equal(2, status.Workers.Select(worker => worker.Processor).Distinct().Count());
        Assert.All(status.Workers, worker => Assert.True(worker.Flows > 0, $"worker {worker.Number} owns no flow"));
        Assert.Equal(Requests, status.Workers.Sum(worker => worker.Flows));
        Assert.True(status.Workers.Sum(worker => worker.HandedOver) > 0, "nothing was handed over");
        Assert.Equal((Requests, Requests), (service.Connections, service.ActiveConnections + service.InactiveConnections));
        Assert.All(service.Servers, server => Assert.Equal(Requests / 2, server.Connections));
        Assert.Equal(service.Packets, status.Verdicts["forwardedDirect"]);
        Assert.Equal(service.Packets, status.Ports.Sum(port => port.Received));
        Assert.Equal(service.Packets, status.Ports.Sum(port => port.Transmitted));
        Assert.Equal(0, status.Frames!.Lost);

        string[] listed = (await Balancer.RunCommand("conns", "--runtime-dir", balancer.RuntimeDirectory)).Expected().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Requests + 2, listed.Length);

        CommandResult end = await balancer.Stop();
        Assert.Equal(0, end.ExitCode);
        Assert.Contains("all frames accounted for", balancer.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Translated_connections_of_both_workers_are_counted_together_by_rr_and_by_lc()
    {
        const int turns = 7000;
        const int least = 7001;
        const int connections = 16;
        await using ReferenceLab lab = await ReferenceLab.Start(new LabOptions { Arms = 2, Mode = "nat", DirectorQueues = 2 });
        (LabHost, int)[] servers = [(lab.Web01, 1), (lab.Web02, 1)];
        await using Balancer balancer = await Balancer.Start(
            lab,
            VirtualService.WriteConfiguration(
                lab,
                new VirtualService(turns) { Method = "NAT", Servers = servers },
                new VirtualService(least) { Method = "NAT", Scheduler = "lc", Servers = servers }),
            "--workers",
            "2");

        using OpenConnections inTurn = new(lab, turns);
        using OpenConnections toLeast = new(lab, least);
        List<LabHost> chosen = await inTurn.Open(connections);
        Assert.Equal(Enumerable.Range(0, connections).Select(number => chosen[number % 2]), chosen);
        Assert.Equal(connections / 2, (await toLeast.Open(connections)).Count(server => server == lab.Web01));

        // Once those of one server are closed, on whichever worker they are, it has the least to do.
        toLeast.Close(lab.Web01);
        await Eventually.Observe(balancer.Status, seen => seen.Service(least).ActiveConnections == connections / 2, "the closed connections to be inactive");
        Assert.Equal(Enumerable.Repeat(lab.Web01, connections / 2), await toLeast.Open(connections / 2));

        BalancerStatus status = await balancer.Status();
        Assert.All(status.Workers, worker => Assert.True(worker.Flows > 0, $"worker {worker.Number} owns no flow"));
        Assert.Equal((connections * 5) / 2, status.Workers.Sum(worker => worker.Flows));
        string[] listed = (await Balancer.RunCommand("conns", "--runtime-dir", balancer.RuntimeDirectory)).Expected().Split('\n', StringSplitOptions.RemoveEmptyEntries)[2..];
        Assert.Equal(status.Workers.Sum(worker => worker.Flows), listed.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3..5]).DistinctBy(ends => (ends[0], ends[1])).Count());
        Assert.Equal(0, status.Frames!.Lost);
    }

    [Fact]
    public async Task Connections_of_all_workers_outlive_a_dataplane_that_is_killed()
    {
        await using ReferenceLab lab = await ReferenceLab.Start(directorQueues: 2);
        await using Balancer balancer = await Balancer.Start(lab, Repository.AloneConfiguration);
        List<Socket> connections = [];
        for (int i = 0; i < 20; i++)
            connections.Add(await lab.Client.Connect(ReferenceLab.VirtualAddress, 80));

        await balancer.KillAndAwaitSuccessor("dataplane");

        BalancerStatus status = await Eventually.Observe(
            balancer.Status, seen => seen.Services.All(service => service.Steered) && seen.Workers.Count == 2, "frames to be taken by both workers again");
        Assert.Equal(20, status.Workers.Sum(worker => worker.Flows));
        foreach (Socket connection in connections)
        {
            await connection.SendAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            byte[] answer = new byte[256];
            int length = await connection.ReceiveAsync(answer, TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
            Assert.StartsWith("HTTP/1.1 200 OK", System.Text.Encoding.ASCII.GetString(answer, 0, length), StringComparison.Ordinal);
            connection.Dispose();
        }

        Assert.Equal(0, (await balancer.Status()).Verdicts["unknownFlow"]);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("65")]
    [InlineData("many")]
    public async Task Number_of_workers_that_makes_no_sense_is_refused(string workers)
    {
        CommandResult result = await Balancer.RunCommand("run", "-f", Repository.AloneConfiguration, "--workers", workers);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("--workers", result.Error + result.Output, StringComparison.Ordinal);
    }
}
