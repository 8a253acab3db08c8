using FastLb.Dataplane.Tests.Pipeline;
using FastLb.Lab.Tests.Laboratory;
using FastLb.Lab.Tests.Product;
using FastLb.Replay.Tests;
using FastLb.Testing;
using FastLb.Wire;
using Xunit;

namespace FastLb.Lab.Tests;

/// <summary><c>fastlb replay</c>: a capture through the pipeline without a network, and the same onto the network at a live director.</summary>
public sealed class ReplayTests
{
    /// <summary>Nobody in the lab has it, so that nobody answers what servers and director say to it.</summary>
    private static readonly IpAddress Stranger = IpAddress.Parse("192.168.182.77");

    private static readonly FrameBuilder Syn = new() { Client = Stranger, Service = IpAddress.Parse(ReferenceLab.VirtualAddressText) };

    // What a lab's hosts say among themselves has other outcomes.
    private static readonly string[] ComparedOutcomes =
        ["steered", "steeredFragment", "steeredReturn", "steeredIcmpError", "malformed", "fragment", "otherProtocol", "noService"];

    [Fact]
    public async Task A_capture_has_the_same_verdicts_at_a_live_director_as_without_one()
    {
        await using ReferenceLab lab = await ReferenceLab.Start();
        string configuration = VirtualService.WriteConfiguration(
            lab, new VirtualService(80) { Scheduler = "wrr", Servers = [(lab.Web01, 3), (lab.Web02, 1)] }, new VirtualService(53) { Protocol = "UDP", Servers = [(lab.Web01, 1)] });
        await using Balancer balancer = await Balancer.Start(lab, configuration);
        BalancerStatus before = await Eventually.Observe(
            balancer.Status, status => status.Services.All(service => service.Servers.All(server => server.Adjacency.IsResolved)), "the ways to the servers to be known");
        byte[][] frames = [.. Frames()];
        string capture = Path.Combine(lab.Client.Folder, "in.pcap");
        await File.WriteAllBytesAsync(capture, CaptureFiles.Pcap(frames), TestContext.Current.CancellationToken);

        // Without any privilege.
        ReplayReport offline = CommandJson.Read<ReplayReport>((await LabProcess.Run(
            "setpriv", "--bounding-set", "-all", "--inh-caps", "-all", Repository.FastLbCommand, "replay", capture, "-c", configuration, "--local-address", $"{lab.Master.Address}", "--json")).Expected());
        LiveReport live = CommandJson.Read<LiveReport>((await lab.Client.Run(
            Repository.FastLbCommand, "replay", capture, "--interface", lab.Client.Interface, "--pps", "5000", "--destination-mac", await lab.Master.Mac(), "--json")).Expected());

        Assert.Equal((frames.Length, frames.Length), (live.Sent, offline.Frames));
        BalancerStatus after = await Eventually.Observe(
            balancer.Status, status => status.Verdicts.Values.Sum() - before.Verdicts.Values.Sum() == offline.Verdicts.Values.Sum(), $"{offline.Verdicts.Values.Sum()} verdicts");
        Assert.Equal(offline.Verdicts, after.Verdicts.ToDictionary(verdict => verdict.Key, verdict => verdict.Value - before.Verdicts[verdict.Key]));
        Assert.All(ComparedOutcomes, outcome => Assert.Equal(
            (outcome, offline.Steering[outcome]), (outcome, after.Steering.Sum(steering => steering.Outcomes[outcome]) - before.Steering.Sum(steering => steering.Outcomes[outcome]))));
        Assert.Equal(
            offline.Services.SelectMany(service => service.Servers).Select(server => (server.Address, server.Connections, server.Packets, server.Bytes)),
            after.Services.SelectMany(service => service.Servers).Select(server => (server.Address, server.Connections, server.Packets, server.Bytes)));
        Assert.True(offline.Verdicts.Count(verdict => verdict.Value > 0) >= 6, "the frames meet too few fates");
    }

    [Fact]
    public async Task Playing_onto_an_interface_says_what_it_lacks()
    {
        string capture = Path.Combine(Path.GetTempPath(), $"fastlb-{Guid.NewGuid():N}.pcap");
        await File.WriteAllBytesAsync(capture, CaptureFiles.Pcap(Syn.Build()), TestContext.Current.CancellationToken);
        try
        {
            CommandResult unprivileged = await LabProcess.Run(
                "setpriv", "--bounding-set", "-all", "--inh-caps", "-all", Repository.FastLbCommand, "replay", capture, "--interface", "lo");
            Assert.Equal(1, unprivileged.ExitCode);
            Assert.Contains("needs CAP_NET_RAW", unprivileged.Error, StringComparison.Ordinal);

            CommandResult nowhere = await Balancer.RunCommand("replay", capture, "--interface", "nowhere0");
            Assert.Equal(1, nowhere.ExitCode);
            Assert.Contains("nowhere0", nowhere.Error, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(capture);
        }
    }

    private static IEnumerable<byte[]> Frames()
    {
        for (ushort port = 1; port <= 40; port++)
        {
            FrameBuilder syn = Syn with { ClientPort = port }, ack = syn with { Flags = TcpFlags.Acknowledgment };
            yield return syn.Build();
            yield return (ack with { Payload = 1000 }).Build();
            yield return (ack with { ClientPort = (ushort)(port + 1000) }).Build(); // of no connection
            yield return IcmpFrames.Error(IcmpError.TimeExceeded, 0, Stranger, Syn.Service, (syn with { Client = Syn.Service, ClientPort = 80, Service = Stranger, ServicePort = port }).Build().AsSpan(14, 28));
            yield return (syn with { ServicePort = 81 }).Build();
            yield return (syn with { TimeToLive = 1, ClientPort = (ushort)(port + 2000) }).Build();
            yield return CutOff(syn);
            FrameBuilder datagram = syn with { Protocol = IpProtocol.Udp, ServicePort = 53, DontFragment = false, Payload = 72, Identification = port };
            yield return (datagram with { FragmentField = 0x2000 }).Build();
            yield return (datagram with { FragmentField = 0x000A }).Build();
            yield return (ack with { Flags = TcpFlags.Fin | TcpFlags.Acknowledgment }).Build();
        }
    }

    // A TCP header of eight bytes. (A wrong checksum would not get past the bridge.)
    private static byte[] CutOff(FrameBuilder frame)
    {
        byte[] bytes = frame.Build()[..42];
        Ipv4View.Write(bytes.AsSpan(14), 0, 0, dontFragment: true, 64, IpProtocol.Tcp, frame.Client.V4, frame.Service.V4);
        return bytes;
    }

    /// <summary>What <c>fastlb replay --json</c> prints, as far as the test looks at it.</summary>
    private sealed record ReplayReport(
        long Frames, IReadOnlyDictionary<string, long> Steering, IReadOnlyDictionary<string, long> Verdicts, IReadOnlyList<ReplayedService> Services);

    private sealed record ReplayedService(IReadOnlyList<ReplayedServer> Servers);

    private sealed record ReplayedServer(string Address, long Connections, long Packets, long Bytes);

    private sealed record LiveReport(long Sent);
}
