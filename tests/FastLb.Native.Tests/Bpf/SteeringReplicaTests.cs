using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using FastLb.Native.Bpf;
using FastLb.Native.Punt;

namespace FastLb.Native.Tests.Bpf;

/// <summary>The replica of the steering program beside the program itself, which the kernel runs on the same frames.</summary>
public sealed class SteeringReplicaTests : SteeringFixture
{
    private const int FrameCount = 12_000;

    private static readonly SteeredEndpoint Udp = new(SteeringFrame.ServiceAddress, ProtocolType.Udp, 53);
    private static readonly SteeredEndpoint NatServer = new(IPAddress.Parse("10.0.0.11"), ProtocolType.Tcp, 8080);
    private static readonly IPAddress TunnelServer = IPAddress.Parse("10.0.0.12");
    private static readonly IPAddress Own = IPAddress.Parse("10.0.0.1");

    private static readonly IPAddress[] Addresses = [SteeringFrame.ServiceAddress, SteeringFrame.ClientAddress, NatServer.Address, TunnelServer, Own];
    private static readonly ushort[] Ports = [SteeringFrame.ServicePort, SteeringFrame.ClientPort, Udp.Port, NatServer.Port, 0];
    private static readonly ProtocolType[] Protocols = [ProtocolType.Tcp, ProtocolType.Tcp, ProtocolType.Udp, ProtocolType.Icmp, ProtocolType.IPv4, (ProtocolType)47];
    private static readonly ushort[] Fragmentations = [0x4000, 0x4000, 0x4000, 0x2000, 0x0010, 0x2010];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_replica_decides_as_the_program_does(bool hasAnyPort)
    {
        SteeredEndpoint[] services = hasAnyPort ? [Service with { Port = 0 }, Udp] : [Service, Udp];
        SteeredEndpoint[] natServers = hasAnyPort ? [NatServer, NatServer with { Protocol = ProtocolType.Udp, Port = 0 }] : [NatServer];
        Table.SetServices(services);
        Table.SetOwnAddresses([Own]);
        Table.SetNatServers(natServers);
        Table.SetTunnelServers([TunnelServer]);
        SteeringReplica replica = new(services, natServers, [TunnelServer], [Own], [SteeringFrame.OwnMac]);
        var random = new Random(5);
        Dictionary<SteeringOutcome, int> seen = [];
        for (int number = 0; number < FrameCount; number++)
        {
            byte[] frame = Make(random);
            SteeringOutcome expected = SteeringTestRun.Run(Program, frame).Outcome;

            SteeringOutcome actual = replica.Classify(frame, frame.Length);

            Assert.True(expected == actual, $"frame {number}, {Convert.ToHexString(frame)}: the program says {expected}, the replica {actual}");
            seen[expected] = seen.GetValueOrDefault(expected) + 1;
        }

        Assert.Equal(Enum.GetValues<SteeringOutcome>().Except([SteeringOutcome.NoSocket]), seen.Keys.Order());
    }

    [Fact]
    public void What_is_cut_off_is_judged_by_the_whole_length()
    {
        SteeringReplica replica = new([Service], [], [], [], [SteeringFrame.OwnMac]);
        byte[] frame = new SteeringFrame { PayloadLength = 1000 }.ToBytes();

        Assert.Equal(SteeringOutcome.Steered, replica.Classify(frame.AsSpan(0, 60), frame.Length));
        Assert.Equal(SteeringOutcome.Malformed, replica.Classify(frame.AsSpan(0, 60), 60));
        Assert.Equal(SteeringOutcome.Malformed, replica.Classify(frame.AsSpan(0, 36), frame.Length)); // its ports are not there
    }

    private static byte[] Make(Random random)
    {
        SteeringFrame packet = Packet(random);
        if (random.Next(3) == 0)
            packet = SteeringFrame.IcmpAbout(Packet(random) with { PayloadLength = random.Next(10, 40) }, Pick(random, 3, 3, 4, 11, 12, 8), random.Next(3) == 0 ? random.Next(30) : null) with { Fragmentation = Pick(random, Fragmentations) };
        byte[] frame = packet.ToBytes();
        if (random.Next(4) == 0)
            frame[random.Next(Math.Min(frame.Length, 70))] ^= (byte)(1 << random.Next(8));
        return random.Next(6) == 0 ? frame[..random.Next(14, frame.Length + 1)] : frame; // the kernel runs the program on no less than an Ethernet header
    }

    private static SteeringFrame Packet(Random random) => new()
    {
        Destination = random.Next(12) == 0 ? SteeringFrame.OtherMac : SteeringFrame.OwnMac,
        Source = random.Next(12) == 0 ? PhysicalAddress.Parse(PuntDevice.SourceAddress) : SteeringFrame.OtherMac,
        VlanTags = random.Next(6) switch { 0 => [0x8100], 1 => [0x88A8, 0x8100], 2 when random.Next(4) == 0 => [0x8100, 0x8100, 0x8100], _ => [] },
        EtherType = random.Next(12) == 0 ? (ushort)0x86DD : (ushort)0x0800,
        HeaderWords = (byte)Pick(random, 5, 5, 5, 7, 15),
        Fragmentation = Pick(random, Fragmentations),
        Protocol = Pick(random, Protocols),
        SourceAddress = Pick(random, Addresses),
        SourcePort = Pick(random, Ports),
        DestinationAddress = Pick(random, Addresses),
        DestinationPort = Pick(random, Ports),
        PayloadLength = random.Next(40),
    };

    private static T Pick<T>(Random random, params T[] choices) => choices[random.Next(choices.Length)];
}
