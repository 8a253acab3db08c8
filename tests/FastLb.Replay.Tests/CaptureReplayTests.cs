using System.Net;
using System.Text;
using System.Text.Json;
using FastLb.DataplaneChannel.Messages;
using FastLb.Native.Captures;
using FastLb.Testing;
using FastLb.Wire;

namespace FastLb.Replay.Tests;

public sealed class CaptureReplayTests : IDisposable
{
    private readonly Replaying _replaying = new();

    public static TheoryData<string> Names => [.. Scenarios.All.Select(scenario => scenario.Name)];

    private static ReplayOptions TwoServers => new(Replaying.Configuration(
        Scenarios.Service("rr", "DR", "TCP", 80, "192.0.2.132 80 { weight 1 }", "192.0.2.133 80 { weight 1 }")));

    public void Dispose() => _replaying.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Explaining_and_writing_change_no_count_and_each_time_is_as_the_first(string name)
    {
        Scenario scenario = Scenarios.All.Single(candidate => candidate.Name == name);
        byte[] capture = CaptureFiles.Pcap(scenario.Frames);
        ReplayOptions options = Replaying.OptionsOf(scenario);

        string explained = Json(_replaying.Play(capture, options));
        string plain = Json(CaptureReplay.Open(_replaying.Write(capture), options, null).Run(null));
        byte[] first = _replaying.PlayInto("out.pcapng", capture, options), second = _replaying.PlayInto("out.pcapng", capture, options);

        Assert.Equal(explained, plain);
        Assert.Equal(first, second);
    }

    [Fact]
    public void Every_frame_is_counted_once()
    {
        Scenario scenario = Scenarios.All[0];

        ReplayReport report = _replaying.Play(CaptureFiles.Pcap(scenario.Frames), Replaying.OptionsOf(scenario));

        Assert.Equal(scenario.Frames.Count, report.Frames);
        Assert.Equal(scenario.Frames.Count, report.Steering.Values.Sum());
        Assert.Equal(report.Frames - report.LeftToKernel.BySteering, report.Verdicts.Values.Sum());
        Assert.Equal(report.Verdicts.Values.Sum(), report.Reasons.Sum(reason => reason.Frames));
        Assert.Equal(1, report.Steering["notOwnMac"] - 1); // ARP's broadcast and another host's frame
        ServiceStatus service = Assert.Single(report.Services);
        Assert.Equal((6, 7), (service.Connections, service.Servers.Sum(server => server.Packets)));
    }

    [Fact]
    public void A_server_that_is_down_gets_nothing()
    {
        ReplayOptions options = TwoServers with { Down = [new IPEndPoint(IPAddress.Parse("192.0.2.133"), 0)] };

        ReplayReport report = _replaying.Play(CaptureFiles.Pcap([.. Ports(1, 4).Select(syn => syn.Build())]), options);

        Assert.Equal([4L], report.Services[0].Servers.Select(server => server.Connections));
    }

    [Fact]
    public void A_server_that_is_down_must_be_one_of_the_configuration()
    {
        ReplayOptions options = TwoServers with { Down = [new IPEndPoint(IPAddress.Parse("192.0.2.132"), 8080)] };

        ReplayException fault = Assert.Throws<ReplayException>(() => _replaying.Play(CaptureFiles.Pcap(new FrameBuilder().Build()), options));

        Assert.Equal("192.0.2.132:8080 is to be down, but is no real server of the configuration", fault.Message);
    }

    [Fact]
    public void The_director_is_whom_the_first_frame_to_a_service_goes_to()
    {
        FrameBuilder other = new() { Destination = new MacAddress(0x02_00_00_00_01_32) };

        ReplayReport report = _replaying.Play(CaptureFiles.Pcap(new FrameBuilder { ServicePort = 22, Destination = other.Destination }.Build(), new FrameBuilder().Build(), other.Build()), TwoServers);

        Assert.Equal(["02:00:00:00:01:30"], report.DirectorMacs);
        Assert.Equal(["02:00:00:00:01:32"], report.OtherMacs);
        Assert.Equal((1, 2), (report.Steering["steered"], report.Steering["notOwnMac"]));

        report = _replaying.Play(CaptureFiles.Pcap(new FrameBuilder().Build(), other.Build()), TwoServers with { Macs = [Replaying.Mac("02:00:00:00:01:32")] });

        Assert.Equal((1, 1), (report.Steering["steered"], report.Steering["notOwnMac"]));
    }

    [Fact]
    public void A_timestamp_that_goes_back_is_taken_for_the_latest_before()
    {
        byte[] syn = new FrameBuilder().Build(), ack = new FrameBuilder { Flags = TcpFlags.Acknowledgment }.Build();
        const long second = 1_000_000_000;

        ReplayReport report = _replaying.Play(
            CaptureFiles.Pcap([(100 * second, syn, syn.Length), (40 * second, ack, ack.Length), (101 * second, ack, ack.Length)]), TwoServers);

        Assert.Equal((1, 1.0, 3), (report.TimestampsClamped, report.Seconds, report.Verdicts["forwardedDirect"]));
    }

    [Fact]
    public void Connections_end_by_the_clock_of_the_capture()
    {
        byte[] syn = new FrameBuilder().Build(), ack = new FrameBuilder { Flags = TcpFlags.Acknowledgment }.Build();
        const long second = 1_000_000_000;

        // 60 s in SYN_RECV.
        ReplayReport report = _replaying.Play(CaptureFiles.Pcap([(0, syn, syn.Length), (59 * second, ack, ack.Length), (2000 * second, ack, ack.Length)]), TwoServers);

        Assert.Equal((2, 1, 0), (report.Verdicts["forwardedDirect"], report.Verdicts["unknownFlow"], report.Flows));
    }

    [Fact]
    public void A_timestamp_of_another_age_does_not_turn_time_for_ages()
    {
        byte[] syn = new FrameBuilder().Build();

        ReplayReport report = _replaying.Play(CaptureFiles.Pcap([(0, syn, syn.Length), (2_000_000_000L * 1_000_000_000, syn, syn.Length)]), TwoServers);

        Assert.Equal(TimeSpan.FromDays(30).TotalSeconds, report.Seconds);
    }

    [Fact]
    public void What_a_capture_has_cut_off_is_forwarded_all_the_same()
    {
        byte[] syn = new FrameBuilder { Payload = 1000 }.Build();

        ReplayReport report = _replaying.Play(CaptureFiles.Pcap([(0, syn[..64], syn.Length)]), TwoServers);

        Assert.Equal((1, 1, 1040), (report.Truncated, report.Verdicts["forwardedDirect"], report.Services[0].Bytes));
        Assert.Contains("(64 of 1054 bytes)", Assert.Single(_replaying.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("out.pcapng")]
    [InlineData("out.pcap")]
    public void Forwarded_frames_are_written_with_the_times_of_the_capture(string name)
    {
        byte[] syn = new FrameBuilder().Build(), partial = new FrameBuilder { ClientPort = 2, PartialChecksum = true }.Build();
        byte[] dropped = new FrameBuilder { ClientPort = 3 }.Build();
        dropped[24] ^= 0x55; // the header's checksum

        byte[] written = _replaying.PlayInto(name, CaptureFiles.Pcap(syn, dropped, partial), TwoServers);

        using CaptureReader reader = CaptureReader.Open(_replaying.PathOf(name));
        Assert.True(reader.TryRead(out CapturedFrame frame));
        FrameBuilder sent = new() { Source = new FrameBuilder().Destination, TimeToLive = 63 };
        Assert.Equal(CaptureFiles.Start, frame.Time);
        Assert.Equal((sent with { Destination = new MacAddress(0x02_00_C0_00_02_85) }).Build(), frame.Bytes.ToArray());
        Assert.True(reader.TryRead(out frame));
        Assert.Equal(CaptureFiles.Start + (2 * CaptureFiles.Step), frame.Time);
        Assert.Equal((sent with { Destination = new MacAddress(0x02_00_C0_00_02_84), ClientPort = 2 }).Build(), frame.Bytes.ToArray()); // its checksum is whole
        Assert.False(reader.TryRead(out frame));
        Assert.Equal(name.EndsWith("ng", StringComparison.Ordinal), Encoding.UTF8.GetString(written).Contains("frame 3: forwardedDirect: sent to the real server", StringComparison.Ordinal));
    }

    private static string Json(ReplayReport report) => JsonSerializer.Serialize(report, ReplayJson.Default.ReplayReport);

    private static IEnumerable<FrameBuilder> Ports(int first, int count) => Enumerable.Range(first, count).Select(port => new FrameBuilder { ClientPort = (ushort)port });
}
