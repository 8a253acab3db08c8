using FastLb.Dataplane.Pipeline;
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
    ];

    [Fact]
    public void Every_prefix_of_valid_frames_gets_a_verdict()
    {
        using var fixture = new PipelineFixture();
        foreach (FrameBuilder valid in Valid)
        {
            byte[] frame = valid.Build();
            for (int length = 0; length <= frame.Length; length++)
                AssertSound(fixture, frame.AsSpan(0, length));
        }
    }

    [Fact]
    public void A_million_mutated_frames_get_a_verdict_and_no_invalid_checksum_leaves()
    {
        using var fixture = new PipelineFixture(capacity: 5000);
        var random = new Random(Seed);
        byte[][] frames = [.. Valid.Select(valid => valid.Build())];
        byte[] mutated = new byte[2000];
        for (int i = 0; i < 1_000_000; i++)
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

        Assert.True(fixture.Verdicts[VerdictReason.ForwardedDirect] > 100_000, $"seed {Seed}: most mutated frames never came to be forwarded");
    }

    private static void AssertSound(PipelineFixture fixture, ReadOnlySpan<byte> frame)
    {
        PacketSlot slot = fixture.Process(frame);

        if (slot.Kind is not (VerdictKind.Forward or VerdictKind.Drop) || slot.Reason == VerdictReason.None)
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
