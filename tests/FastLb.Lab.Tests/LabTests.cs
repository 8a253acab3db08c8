using FastLb.Lab.Tests.Captures;
using FastLb.Lab.Tests.Laboratory;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary>The lab itself, without FastLb: what the other tests build on.</summary>
public sealed class LabTests
{
    [Fact]
    public async Task Web_servers_answer_with_their_names()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();

        Assert.Equal("this is web01", await lab.Client.Fetch("192.168.182.132"));
        Assert.Equal("this is web02", await lab.Client.Fetch("192.168.182.133"));
    }

    [Fact]
    public async Task Nobody_answers_for_the_virtual_address_without_a_director()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();

        CommandResult result = await lab.Client.TryFetch(ReferenceLab.VirtualAddressText, limit: 2);

        Assert.NotEqual(0, result.ExitCode);
        Assert.DoesNotContain("lladdr", await lab.Client.Ip($"neighbour show {ReferenceLab.VirtualAddressText}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Capture_holds_the_frames_of_a_connection_byte_for_byte()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        await using Capture atClient = await Capture.Start(lab.Client, "tcp dst port 80");
        await using Capture atServer = await Capture.Start(lab.Web01, "tcp dst port 80");

        await lab.Client.Fetch("192.168.182.132");
        await atClient.ConnectionsEnd(1);
        await atServer.ConnectionsEnd(1);

        IReadOnlyList<(CapturedFrame Before, CapturedFrame After)> pairs =
            FrameComparison.Pair(await atClient.Stop(), await atServer.Stop());
        string clientMac = await lab.Client.Mac();
        Assert.NotEmpty(pairs);
        Assert.All(pairs, pair =>
        {
            Assert.Equal(clientMac, pair.Before.SourceMac);
            Assert.True(pair.Before.HasValidIpChecksum);
            Assert.NotEqual(TransportChecksum.Wrong, pair.Before.TransportChecksum);
            Assert.Empty(FrameComparison.ChangedFields(pair.Before, pair.After));
        });
    }

    [Fact]
    public async Task Interface_of_the_director_has_the_queues_asked_for()
    {
        await using ReferenceLab lab = await ReferenceLab.Start(directorQueues: 2);

        string queues = (await lab.Master.Run("ls", $"/sys/class/net/{lab.Master.Interface}/queues")).Expected();

        Assert.Equal(["rx-0", "rx-1", "tx-0", "tx-1"], queues.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("dr")]
    [InlineData("tun")]
    public async Task Servers_on_a_segment_of_their_own_answer_the_client_by_the_router(string mode)
    {
        await using ReferenceLab lab = await ReferenceLab.Start(new LabOptions { Arms = 2, Mode = mode, DirectorQueues = 2 });
        await using Capture atRouter = await Capture.Start(lab.Router!, lab.Router!.InsideInterface!, "tcp src port 80");

        Assert.Equal("this is web01", await lab.Client.Fetch("10.0.0.11"));
        Assert.Equal("this is web02", await lab.Client.Fetch("10.0.0.12"));

        Assert.NotEmpty(await atRouter.Frame(1, frame => frame.IsIpv4));
        string queues = (await lab.Master.Run("ls", $"/sys/class/net/{lab.Master.InsideInterface}/queues")).Expected();
        Assert.Contains("rx-1", queues, StringComparison.Ordinal);
        await lab.Web01.Ip($"address show dev lo to {ReferenceLab.VirtualAddressText}/32");
    }

    [Fact]
    public async Task Director_in_nat_mode_is_the_way_between_the_segments_once_it_has_the_gateways_address()
    {
        await using ReferenceLab lab = await ReferenceLab.Start(new LabOptions { Arms = 2, Mode = "nat" });
        Assert.Null(lab.Router);
        Assert.NotEqual(0, (await lab.Client.TryFetch("10.0.0.11", limit: 1)).ExitCode);

        // What a director's VRRP does.
        await lab.Master.Ip($"address add {ReferenceLab.VirtualAddressText}/24 dev {lab.Master.Interface}");
        await lab.Master.Ip($"address add 10.0.0.1/24 dev {lab.Master.InsideInterface}");

        Assert.Equal("this is web01", await lab.Client.Fetch("10.0.0.11"));
        Assert.Empty(await lab.Web01.Ip($"address show to {ReferenceLab.VirtualAddressText}"));
    }

    [Fact]
    public async Task Links_have_the_mtu_asked_for()
    {
        await using ReferenceLab lab = await ReferenceLab.Start(new LabOptions { Arms = 2, Mtu = 1400 });

        foreach (LabHost host in (LabHost[])[lab.Client, lab.Master, lab.Web01, lab.Router!])
            Assert.Contains("mtu 1400", await host.Ip($"link show {host.Interface}"), StringComparison.Ordinal);
        Assert.Contains("mtu 1400", await lab.Master.Ip($"link show {lab.Master.InsideInterface}"), StringComparison.Ordinal);
        Assert.Contains("mtu 1400", await lab.Segment.Ip("link show br1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lab_of_a_killed_process_is_taken_down_with_all_that_runs_in_it()
    {
        string name = $"orphan-{Environment.ProcessId}";
        await using LabProcess owner = LabProcess.Start("sleep", "600");
        (await LabProcess.Run(Repository.LabCommand, "-n", name, "up", "--owner", $"{owner.Id}")).Expected();
        await using LabProcess inside = LabProcess.Start(Repository.LabCommand, "-n", name, "exec", "client", "sleep", "600");

        (await LabProcess.Run(Repository.LabCommand, "reap")).Expected();
        Assert.Contains(name, await LabNames());

        owner.Send(Signal.Kill);
        await owner.Ended();
        (await LabProcess.Run(Repository.LabCommand, "reap")).Expected();

        Assert.DoesNotContain(name, await LabNames());
        Assert.DoesNotContain(name, (await LabProcess.Run("ip", "netns", "list")).Expected(), StringComparison.Ordinal);
        await inside.Ended();
    }

    private static async Task<string[]> LabNames() =>
        (await LabProcess.Run(Repository.LabCommand, "list")).Expected().Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
