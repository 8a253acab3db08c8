using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.Testing;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Pipeline;

/// <summary>The fixture's frame memory ends with the frame, and every access is checked against it: one outside would be an exception here.</summary>
public sealed class HostileFrameTests
{
    private const int Seed = 20261124;

    private static readonly FrameBuilder[] Valid =
    [
        new(), new() { Flags = TcpFlags.Acknowledgment, Payload = 100 }, new() { IpOptions = 40 }, new() { PartialChecksum = true },
        new() { Protocol = IpProtocol.Udp, ServicePort = 53 }, new() { Protocol = IpProtocol.Udp, ServicePort = 53, Payload = 0 }, new() { TimeToLive = 1 },
        new() { Payload = 1460 }, new() { FragmentField = 0x2000 }, new() { Padding = 20 },
        new() { Protocol = IpProtocol.Udp, ServicePort = 53, FragmentField = 0x2000 }, new() { Protocol = IpProtocol.Udp, ServicePort = 53, FragmentField = 2 },
        Reply, Reply with { Protocol = IpProtocol.Udp, ClientPort = 53 }, Reply with { TimeToLive = 1 }, Reply with { Payload = 1600 },
    ];

    private static FrameBuilder Reply => new()
    {
        Client = PipelineFixture.Web01,
        ClientPort = 80,
        Service = new FrameBuilder().Client,
        ServicePort = new FrameBuilder().ClientPort,
        Flags = TcpFlags.Acknowledgment,
    };

    /// <summary>Errors about a request, a reply and a packet in a tunnel.</summary>
    private static IEnumerable<byte[]> Errors
    {
        get
        {
            IpAddress router = IpAddress.Parse("192.0.2.1");
            byte[] translated = new FrameBuilder { Service = PipelineFixture.Web01 }.Build();
            byte[] reply = (Reply with { Client = new FrameBuilder().Service }).Build();
            byte[] tunnelled = [.. translated[..34], .. new FrameBuilder().Build()[14..]];
            tunnelled[23] = (byte)IpProtocol.IpInIp;
            yield return IcmpFrames.Error(IcmpError.FragmentationNeeded, 1000, router, new FrameBuilder().Client, translated.AsSpan(14, 40));
            yield return IcmpFrames.Error(IcmpError.PortUnreachable, 0, router, new FrameBuilder().Service, reply.AsSpan(14, 28));
            yield return IcmpFrames.Error(IcmpError.FragmentationNeeded, 1000, router, PipelineFixture.Director, tunnelled.AsSpan(14, 60));
        }
    }

    [Theory]
    [InlineData(ForwardingMethod.DirectRouting)]
    [InlineData(ForwardingMethod.AddressTranslation)]
    [InlineData(ForwardingMethod.Tunnel)]
    public void Every_prefix_of_valid_frames_gets_a_verdict(ForwardingMethod method)
    {
        using PipelineFixture fixture = NewFixture(method);
        foreach (byte[] frame in Valid.Select(valid => valid.Build()).Concat(Errors))
        {
            for (int length = 0; length <= frame.Length; length++)
                AssertSound(fixture, frame.AsSpan(0, length));
        }
    }

    [Theory]
    [InlineData(ForwardingMethod.DirectRouting)]
    [InlineData(ForwardingMethod.AddressTranslation)]
    [InlineData(ForwardingMethod.Tunnel)]
    public void Mutated_frames_get_a_verdict_and_no_invalid_checksum_leaves(ForwardingMethod method)
    {
        using PipelineFixture fixture = NewFixture(method, capacity: 5000);
        var random = new Random(Seed);
        byte[][] frames = [.. Valid.Select(valid => valid.Build()), .. Errors];
        byte[] mutated = new byte[2000];
        for (int i = 0; i < 500_000; i++)
        {
            byte[] frame = frames[random.Next(frames.Length)];
            frame.CopyTo(mutated, 0);
            int length = random.Next(4) == 0 ? random.Next(frame.Length + 1) : frame.Length;
            for (int change = random.Next(1, 5); change > 0 && length > 0; change--)
                mutated[random.Next(Math.Min(length, 60))] = (byte)random.Next(256);
            if (random.Next(2) == 0 && length >= 34)
                MendIpChecksum(mutated.AsSpan(14, length - 14));
            AssertSound(fixture, mutated.AsSpan(0, length));
            fixture.Now += TimeSpan.FromMilliseconds(1);
            fixture.Flows.Expire(fixture.Now, 4);
        }

        VerdictReason forwarded = method switch
        {
            ForwardingMethod.AddressTranslation => VerdictReason.ForwardedTranslated,
            ForwardingMethod.Tunnel => VerdictReason.ForwardedTunnel,
            _ => VerdictReason.ForwardedDirect,
        };
        Assert.True(fixture.Verdicts[forwarded] > 30_000, $"seed {Seed}: most mutated frames never came to be forwarded");
    }

    private static PipelineFixture NewFixture(ForwardingMethod method, int capacity = 1000)
    {
        var fixture = new PipelineFixture(capacity);
        fixture.SetServers("rr", new ServerDefinition(PipelineFixture.Web01, 80, 1, method), new ServerDefinition(PipelineFixture.Web02, 80, 1, method));
        fixture.SetWays(AdjacencyState.Resolved);
        return fixture;
    }

    private static void AssertSound(PipelineFixture fixture, ReadOnlySpan<byte> frame)
    {
        PacketSlot slot = fixture.Process(frame);

        if (slot.Kind is not (VerdictKind.Forward or VerdictKind.Drop or VerdictKind.Punt) || slot.Reason == VerdictReason.None)
            Assert.Fail($"seed {Seed}: no verdict for {Convert.ToHexString(frame)}");
        if (slot.Kind != VerdictKind.Forward)
            return;
        if (!Ipv4View.TryParse(fixture.Frame.AsSpan(14), out Ipv4View ip) || !ip.HasValidChecksum)
            Assert.Fail($"seed {Seed}: invalid IP header out for {Convert.ToHexString(frame)}");
        if (ip.Protocol == IpProtocol.Icmp && (!IcmpView.TryParse(ip.Payload, out IcmpView icmp) || !icmp.HasValidChecksum))
            Assert.Fail($"seed {Seed}: invalid ICMP checksum out for {Convert.ToHexString(frame)}");
    }

    private static void MendIpChecksum(Span<byte> packet)
    {
        int header = Math.Min((packet[0] & 0x0F) * 4, packet.Length);
        if (header < 20)
            return;
        packet[10] = 0;
        packet[11] = 0;
        ushort checksum = (ushort)~InternetChecksum.Sum(packet[..header]);
        packet[10] = (byte)(checksum >> 8);
        packet[11] = (byte)checksum;
    }
}
