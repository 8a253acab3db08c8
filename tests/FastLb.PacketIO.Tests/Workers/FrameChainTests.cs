using System.Buffers.Binary;
using FastLb.Dataplane.Pipeline;
using FastLb.Dataplane.Services;
using FastLb.PacketIO.InMemory;
using FastLb.PacketIO.Workers;
using FastLb.Testing;
using FastLb.Wire;
using Xunit;

namespace FastLb.PacketIO.Tests.Workers;

/// <summary>Frames of several chunks and what becomes of them, whatever the verdict; the chunks come home every time.</summary>
public sealed class FrameChainTests
{
    private const ushort Mtu = 9000;
    private const int Seed = 20261124;
    private const int Part = InMemoryWorkers.ChunkSize - InMemoryLink.Headroom;

    public static TheoryData<int, ForwardingMethod, int> Sizes
    {
        get
        {
            TheoryData<int, ForwardingMethod, int> data = [];
            foreach (ForwardingMethod method in Enum.GetValues<ForwardingMethod>())
            {
                foreach (int length in new[] { Part - 1, Part, Part + 1, (2 * Part) + 3, 8900 })
                {
                    data.Add(1, method, length);
                    data.Add(2, method, length);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Frame_of_any_size_leaves_byte_for_byte_with_its_headers_rewritten(int workers, ForwardingMethod method, int length)
    {
        using InMemoryWorkers lab = new(workers, serverQueues: 1, method: method, mtu: Mtu);
        byte[] sent = Large(lab, length).Build();
        Assert.Equal(length, sent.Length);
        Assert.True(lab.Clients[0].TryDeliver(sent));
        lab.RunRounds();

        byte[] frame = Assert.Single(InMemoryWorkers.TakeAll(lab.Servers[0]));
        Assert.Equal(workers - 1, lab.Group.Workers.Sum(worker => worker.HandedOver));
        Span<byte> packet = frame.AsSpan(14);
        Assert.True(Ipv4View.TryParse(packet, out Ipv4View ip) && ip.HasValidChecksum);
        if (method == ForwardingMethod.Tunnel)
        {
            Assert.Equal((IpProtocol.IpInIp, length - 14 + 20), (ip.Protocol, ip.TotalLength));
            packet = ip.Payload;
            Assert.True(Ipv4View.TryParse(packet, out ip) && ip.HasValidChecksum);
        }

        Assert.Equal(length - 14, ip.TotalLength);
        Assert.Equal(0xFFFF, SegmentSum(ip));
        Assert.True(packet[40..].SequenceEqual(sent.AsSpan(54)));
        lab.AssertAllChunksComeHome();
    }

    [Theory]
    [InlineData(1000, 111)]
    [InlineData(61, 999)]
    [InlineData(1792, 1792)]
    public void Partial_checksum_is_completed_over_parts_of_even_and_odd_length(int first, int part)
    {
        using InMemoryWorkers lab = new(workers: 1, serverQueues: 1, method: ForwardingMethod.AddressTranslation, mtu: Mtu);
        byte[] sent = (Large(lab, length: 1792 + 999) with { PartialChecksum = true }).Build();
        Assert.True(lab.Clients[0].TryDeliver(sent.AsSpan(0, first), sent.AsSpan(first), part));
        lab.RunRounds();

        byte[] frame = Assert.Single(InMemoryWorkers.TakeAll(lab.Servers[0]));
        Assert.True(Ipv4View.TryParse(frame.AsSpan(14), out Ipv4View ip));
        Assert.Equal(0xFFFF, SegmentSum(ip));
        lab.AssertAllChunksComeHome();
    }

    [Theory]
    [InlineData(1, VerdictReason.TtlExpired, false)] // answered
    [InlineData(64, VerdictReason.TooBig, false)] // answered
    [InlineData(64, VerdictReason.TooBig, true)] // dropped
    public void Answer_quotes_the_beginning_and_the_rest_is_freed(byte timeToLive, VerdictReason reason, bool fragmentable)
    {
        using InMemoryWorkers lab = new(workers: 1, serverQueues: 1, mtu: 1500);
        Assert.True(lab.Clients[0].TryDeliver((Large(lab, 8900) with { TimeToLive = timeToLive, DontFragment = !fragmentable }).Build()));
        lab.RunRounds();

        Assert.Equal(1, lab.Count(reason));
        List<byte[]> answers = InMemoryWorkers.TakeAll(lab.Clients[0]);
        Assert.Equal(fragmentable ? 0 : 1, answers.Count);
        Assert.All(answers, answer => Assert.Equal(14 + 576, answer.Length));
        lab.AssertAllChunksComeHome();
    }

    [Fact]
    public void Answer_about_a_short_first_part_quotes_no_more_than_that()
    {
        using InMemoryWorkers lab = new(workers: 1, serverQueues: 1, mtu: 1500);
        byte[] frame = (Large(lab, 3000) with { TimeToLive = 1 }).Build();
        Assert.True(lab.Clients[0].TryDeliver(frame.AsSpan(0, 100), frame.AsSpan(100), 1000));
        lab.RunRounds();
        byte[] answer = Assert.Single(InMemoryWorkers.TakeAll(lab.Clients[0]));
        Assert.Equal(100 + 28, answer.Length);
        Assert.True(Ipv4View.TryParse(answer.AsSpan(14), out Ipv4View ip) && IcmpView.TryParse(ip.Payload, out IcmpView icmp) && icmp.HasValidChecksum);
        lab.AssertAllChunksComeHome();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Frame_of_the_kernel_is_given_back_whole(bool refused)
    {
        using InMemoryWorkers lab = new(workers: 1, serverQueues: 1);
        lab.Kernel.IsRefusing = refused;
        byte[] frame = (Large(lab, 8900) with { FragmentField = 3, DontFragment = false }).Build();
        Assert.True(lab.Clients[0].TryDeliver(frame));
        lab.RunRounds();
        Assert.Equal(refused ? [] : [Convert.ToHexString(frame)], lab.Kernel.Returned.Select(entry => Convert.ToHexString(entry.Frame)));
        Assert.Equal(refused ? 1 : 0, lab.Count(VerdictReason.PuntRefused));
        lab.AssertAllChunksComeHome();
    }

    [Fact]
    public void Dropped_frame_is_freed()
    {
        using InMemoryWorkers lab = new(workers: 1, serverQueues: 1);
        Assert.True(lab.Clients[0].TryDeliver((Large(lab, 8900) with { Flags = TcpFlags.Reset }).Build()));
        lab.RunRounds();
        Assert.Equal(1, lab.Count(VerdictReason.UnknownFlow));
        lab.AssertAllChunksComeHome();
    }

    [Fact]
    public void Reset_in_place_of_a_large_frame_frees_all_chunks_but_its_own()
    {
        using InMemoryWorkers lab = new(workers: 1, serverQueues: 1);
        Assert.True(lab.Clients[0].TryDeliver((Large(lab, 8900) with { Flags = TcpFlags.Acknowledgment }).Build()));
        lab.RunRounds();
        Assert.Equal(54, lab.Clients[0].TakeSent()!.Length);
        lab.AssertAllChunksComeHome();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Frame_that_waits_for_a_neighbour_is_accounted_for_and_leaves_or_is_freed(bool resolved)
    {
        using InMemoryWorkers lab = new(workers: 1, serverQueues: 1, ways: AdjacencyState.Pending, mtu: Mtu);
        byte[] frame = Large(lab, 8900).Build();
        Assert.True(lab.Clients[0].TryDeliver(frame));
        lab.RunRounds();
        Task<int> held = lab.Group.Workers[0].Inspect(chunks => chunks);
        lab.Group.Workers[0].Stop();
        lab.Group.Workers[0].Run();
        Assert.Equal(5, await held);
        Assert.Equal(InMemoryWorkers.ChunksPerWorker - 5, lab.ChunksAccountedFor());
        if (resolved)
        {
            lab.Group.Publish(lab.SetWays(AdjacencyState.Resolved));
            lab.RunRounds();
            Assert.Equal(frame.AsSpan(34), Assert.Single(InMemoryWorkers.TakeAll(lab.Servers[0])).AsSpan(34));
        }
        else
        {
            lab.Group.Settle();
            Assert.Equal(1, lab.Count(VerdictReason.AdjacencyUnresolved));
        }

        lab.AssertAllChunksComeHome();
    }

    [Fact]
    public void Waiting_frames_take_no_more_chunks_than_small_ones_would()
    {
        HeldFrames held = new();
        int taken = 0;
        while (held.TryAdd(new PacketSlot { Continuations = 4, Adjacency = taken / HeldFrames.PerAdjacency }, InMemoryWorkers.Now))
            taken++;
        Assert.Equal(HeldFrames.Capacity / 5, taken);
        Assert.Equal(taken * 5, held.Chunks);
        bool[] keep = new bool[HeldFrames.Capacity];
        keep[0] = true;
        held.Retain(keep);
        Assert.Equal((1, 5), (held.Count, held.Chunks));
    }

    [Theory]
    [InlineData(2)] // the ring to the owner of the flow
    [InlineData(1)] // and then the ring to the owner of the port
    public void Frames_for_which_a_ring_between_workers_has_no_room_are_freed(int serverQueues)
    {
        const int ringSize = 4;
        using InMemoryWorkers lab = new(workers: 2, serverQueues, ringSize, mtu: Mtu);
        foreach (ushort port in InMemoryWorkers.PortsOwnedBy(1, workers: 2).Take(20))
            Assert.True(lab.Clients[0].TryDeliver((Large(lab, 8900) with { ClientPort = port }).Build()));
        lab.Group.Workers[0].Round(InMemoryWorkers.Now);
        Assert.Equal((ringSize, 20 - ringSize), (lab.Group.Workers[0].HandedOver, lab.Verdicts[0][VerdictReason.HandOverRingFull]));
        Assert.Equal(ringSize * 5, lab.Mesh.Departed(0));
        Assert.Equal(2 * InMemoryWorkers.ChunksPerWorker, lab.ChunksAccountedFor());
        lab.RunRounds();
        Assert.Equal(ringSize, InMemoryWorkers.TakeAll(lab.Servers[serverQueues - 1]).Count);
        lab.AssertAllChunksComeHome();
    }

    [Theory]
    [InlineData(PortCondition.Up)] // no room
    [InlineData(PortCondition.Gone)]
    public void Frame_that_a_port_refuses_is_freed(PortCondition condition)
    {
        using InMemoryWorkers lab = new(workers: 1, serverQueues: 1, mtu: Mtu, linkCapacity: 1);
        lab.Servers[0].Condition = condition;
        for (int i = 0; i < 3; i++)
            Assert.True(lab.Clients[0].TryDeliver((Large(lab, 8900) with { ClientPort = (ushort)(2000 + i) }).Build()));
        lab.RunRounds();
        Assert.Equal(condition == PortCondition.Up ? 2 : 3, lab.Count(VerdictReason.TransmitRingFull));
        lab.Servers[0].DiscardSent();
        lab.AssertAllChunksComeHome();
    }

    [Fact]
    public void Packet_that_ends_before_its_chain_is_trimmed_and_one_that_ends_behind_it_is_dropped()
    {
        using InMemoryWorkers lab = new(workers: 1, serverQueues: 1, mtu: Mtu);
        byte[] frame = Large(lab, 8000).Build();
        for (int length = 40; length < 8100; length += 23)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(16), (ushort)length);
            MendIpChecksum(frame);
            Assert.True(lab.Clients[0].TryDeliver(frame));
            lab.RunRounds();
            if (length > 8000 - 14)
                Assert.Empty(InMemoryWorkers.TakeAll(lab.Servers[0]));
            else
                Assert.Equal(frame.AsSpan(34, length - 20), Assert.Single(InMemoryWorkers.TakeAll(lab.Servers[0])).AsSpan(34));
            lab.AssertAllChunksComeHome();
        }

        Assert.Equal(5, lab.Count(VerdictReason.MalformedIp));
    }

    [Theory]
    [InlineData(ForwardingMethod.DirectRouting, 0)]
    [InlineData(ForwardingMethod.AddressTranslation, 0)]
    [InlineData(ForwardingMethod.AddressTranslation, 1500)]
    [InlineData(ForwardingMethod.Tunnel, 0)]
    [InlineData(ForwardingMethod.Tunnel, 1500)] // what is longer is an aggregate
    public void Mutated_chains_of_random_parts_get_a_verdict_and_every_chunk_comes_home(ForwardingMethod method, ushort clientMtu)
    {
        using InMemoryWorkers lab = new(workers: 2, serverQueues: 1, method: method, mtu: Mtu, clientMtu: clientMtu);
        Random random = new(Seed);
        byte[] frame = new byte[9100];
        for (int i = 0; i < 20_000; i++)
        {
            byte[] valid = new FrameBuilder
            {
                ClientPort = (ushort)random.Next(20_000, 20_050),
                Flags = random.Next(4) == 0 ? TcpFlags.Syn : TcpFlags.Acknowledgment,
                Payload = random.Next(0, 8900),
                PartialChecksum = random.Next(2) == 0,
                FragmentField = (ushort)(random.Next(8) == 0 ? random.Next(0x4000) : 0),
            }.Build();
            valid.CopyTo(frame, 0);
            int length = Math.Clamp(valid.Length + (random.Next(3) == 0 ? random.Next(-200, 200) : 0), 1, frame.Length);
            for (int change = random.Next(0, 4); change > 0; change--)
                frame[random.Next(60)] = (byte)random.Next(256);
            if (random.Next(3) != 0)
                MendIpChecksum(frame);
            int first = Math.Min(random.Next(4) == 0 ? random.Next(1, 80) : random.Next(1, Part), length);
            lab.Clients[random.Next(2)].TryDeliver(frame.AsSpan(0, first), frame.AsSpan(first, length - first), random.Next(500, Part));
            lab.RunRounds();
            foreach (InMemoryLink link in lab.Clients.Concat(lab.Servers))
                Assert.All(InMemoryWorkers.TakeAll(link), sent => Assert.True(Ipv4View.TryParse(sent.AsSpan(14), out Ipv4View ip) && ip.HasValidChecksum && ip.TotalLength == sent.Length - 14, $"seed {Seed}, frame {i}"));
            lab.Kernel.Returned.Clear();
        }

        lab.AssertAllChunksComeHome();
    }

    [Fact]
    public void Passing_large_frames_on_allocates_nothing()
    {
        using InMemoryWorkers lab = new(workers: 2, serverQueues: 1, mtu: Mtu);
        byte[][] frames = [.. InMemoryWorkers.PortsOwnedBy(1, workers: 2).Take(16).Select(port => (Large(lab, 8900) with { ClientPort = port, PartialChecksum = true }).Build())];
        lab.PassOn(frames, 20);
        int rounds = 20;
        Assert.Equal(0, Allocations.Of(() =>
        {
            lab.PassOn(frames, 200);
            rounds += 200;
        }));
        Assert.Equal(rounds * 16, lab.Group.Workers[0].HandedOver);
    }

    private static FrameBuilder Large(InMemoryWorkers lab, int length) => new()
    {
        ClientPort = InMemoryWorkers.PortsOwnedBy(lab.Group.Workers.Count - 1, lab.Group.Workers.Count).First(),
        Payload = length - 54,
    };

    private static ushort SegmentSum(Ipv4View ip) => InternetChecksum.Fold(
        (ulong)InternetChecksum.PseudoHeaderSum(ip.Source, ip.Destination, ip.Protocol, ip.PayloadLength) + InternetChecksum.Sum(ip.Payload));

    private static void MendIpChecksum(Span<byte> frame)
    {
        int header = Math.Max((frame[14] & 0x0F) * 4, 20);
        frame[24] = frame[25] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(frame[24..], (ushort)~InternetChecksum.Sum(frame.Slice(14, header)));
    }
}
