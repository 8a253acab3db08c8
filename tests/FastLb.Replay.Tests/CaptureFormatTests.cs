using FastLb.Native.Captures;
using FastLb.Testing;

namespace FastLb.Replay.Tests;

public sealed class CaptureFormatTests : IDisposable
{
    private static readonly byte[][] Frames = [new FrameBuilder().Build(), new FrameBuilder { ClientPort = 2 }.Build(), new FrameBuilder { ClientPort = 3 }.Build()];

    private readonly Replaying _replaying = new();

    public void Dispose() => _replaying.Dispose();

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Pcap_of_either_byte_order_and_resolution_is_read(bool nanoseconds, bool bigEndian)
    {
        byte[] capture = CaptureFiles.Pcap(Frames.Select((frame, number) => (CaptureFiles.Start + (number * CaptureFiles.Step), frame, frame.Length)), nanoseconds, bigEndian);

        Assert.Equal(Frames.Select((frame, number) => (CaptureFiles.Start + (number * CaptureFiles.Step), Convert.ToHexString(frame), frame.Length)), Read(capture));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(2, true)]
    public void Pcapng_of_several_interfaces_is_read(int interfaces, bool bigEndian) => Assert.Equal(
        Frames.Select((frame, number) => (CaptureFiles.Start + (number * CaptureFiles.Step), Convert.ToHexString(frame), frame.Length)),
        Read(CaptureFiles.Pcapng(interfaces, Frames, bigEndian)));

    [Fact]
    public void A_frame_that_is_cut_off_keeps_its_length() =>
        Assert.Equal((CaptureFiles.Start, Convert.ToHexString(Frames[0].AsSpan(0, 54)), 1500), Assert.Single(Read(CaptureFiles.Pcap([(CaptureFiles.Start, Frames[0][..54], 1500)]))));

    [Theory]
    [InlineData(113u, "LINUX_SLL")]
    [InlineData(127u, "IEEE802_11_RADIO")]
    [InlineData(101u, "RAW")]
    public void Another_link_type_is_refused_by_name(uint linkType, string name)
    {
        string fault = Fault(CaptureFiles.Pcap([], linkType: linkType));

        Assert.EndsWith($"in.pcap: holds {name}, not Ethernet (EN10MB); capture on an Ethernet interface, not on 'any'", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_is_no_capture() => Assert.Contains("in.pcap: it is empty", Fault([]), StringComparison.Ordinal);

    [Fact]
    public void Another_kind_of_file_is_no_capture() => Assert.EndsWith("in.pcap: unknown file format", Fault([.. Enumerable.Repeat((byte)'x', 200)]), StringComparison.Ordinal);

    [Fact]
    public void A_file_that_ends_in_its_header_is_no_capture() => Assert.Contains("in.pcap: truncated dump file", Fault(CaptureFiles.Pcap([])[..10]), StringComparison.Ordinal);

    [Fact]
    public void What_comes_before_damage_is_played()
    {
        byte[] capture = CaptureFiles.Pcap(Frames);

        (ReplayReport report, string? damage) = _replaying.Run(capture[..^5], Replaying.OptionsOf(Scenarios.All[0]));

        Assert.Equal(2, report.Frames);
        Assert.Contains("in.pcap: damaged after frame 2: ", damage, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named() => Assert.Equal(
        $"{_replaying.PathOf("none.pcap")}: there is no such file",
        Assert.Throws<CaptureException>(() => CaptureReader.Open(_replaying.PathOf("none.pcap"))).Message);

    /// <summary>Whatever is in a file: it is played, or refused in words.</summary>
    [Fact]
    public void No_file_is_too_damaged_to_be_answered_for()
    {
        var random = new Random(11);
        byte[][] originals = [CaptureFiles.Pcap(Scenarios.All[0].Frames), CaptureFiles.Pcap(Scenarios.All[1].Frames), CaptureFiles.Pcapng(2, Scenarios.All[4].Frames)];
        int refused = 0, damaged = 0, played = 0;
        for (int number = 0; number < 600; number++)
        {
            byte[] capture = [.. originals[number % originals.Length]];
            for (int change = random.Next(1, 6); change > 0; change--)
                capture[random.Next(number % 2 == 0 ? capture.Length : 100)] = (byte)random.Next(256);
            if (random.Next(4) == 0)
                capture = capture[..random.Next(1, capture.Length)];
            try
            {
                (_, string? damage) = _replaying.Run(capture, Replaying.OptionsOf(Scenarios.All[1]));
                damaged += damage is null ? 0 : 1;
                played += damage is null ? 1 : 0;
            }
            catch (CaptureException fault)
            {
                Assert.Contains("in.pcap: ", fault.Message, StringComparison.Ordinal);
                refused++;
            }
        }

        Assert.True(refused > 10 && damaged > 10 && played > 10, $"{refused} refused, {damaged} damaged, {played} played");
    }

    private List<(long Time, string Bytes, int Length)> Read(byte[] capture)
    {
        using CaptureReader reader = CaptureReader.Open(_replaying.Write(capture));
        List<(long, string, int)> frames = [];
        while (reader.TryRead(out CapturedFrame frame))
            frames.Add((frame.Time, Convert.ToHexString(frame.Bytes), frame.Length));
        return frames;
    }

    private string Fault(byte[] capture) => Assert.Throws<CaptureException>(() => CaptureReader.Open(_replaying.Write(capture))).Message;
}
