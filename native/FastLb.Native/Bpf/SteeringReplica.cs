using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace FastLb.Native.Bpf;

/// <summary>
/// What the steering program decides, in C#: for captures, which no kernel runs the program on. A test holds it against the program, frame by frame. Immutable.
/// </summary>
/// <param name="services">As <see cref="SteeringTable.SetServices"/>.</param>
/// <param name="natServers">As <see cref="SteeringTable.SetNatServers"/>.</param>
/// <param name="tunnelServers">As <see cref="SteeringTable.SetTunnelServers"/>.</param>
/// <param name="ownAddresses">As <see cref="SteeringTable.SetOwnAddresses"/>.</param>
/// <param name="ownMacs">The Ethernet addresses whose frames are looked at.</param>
public sealed class SteeringReplica(
    IEnumerable<SteeredEndpoint> services,
    IEnumerable<SteeredEndpoint> natServers,
    IEnumerable<IPAddress> tunnelServers,
    IEnumerable<IPAddress> ownAddresses,
    IEnumerable<PhysicalAddress> ownMacs)
{
    private const int EthernetSize = 14;
    private const int MostTags = 2;
    private const int TagSize = 4;
    private const int IcmpHeaderSize = 8;
    private const int PortsSize = 4;
    private const ushort FragmentOffset = 0x1FFF;
    private const ushort MoreFragments = 0x2000;
    private const byte IpInIp = 4;

    private readonly Endpoints _services = new(services);
    private readonly Endpoints _natServers = new(natServers);
    private readonly HashSet<uint> _tunnelServers = [.. tunnelServers.Select(Number)];
    private readonly HashSet<uint> _ownAddresses = [.. ownAddresses.Where(address => address.AddressFamily == AddressFamily.InterNetwork).Select(Number)];
    private readonly HashSet<ulong> _ownMacs = [.. ownMacs.Select(mac => Octets(mac.GetAddressBytes()))];

    /// <summary>True for the outcomes of frames that are given to the dataplane.</summary>
    public static bool IsSteered(SteeringOutcome outcome) => outcome <= SteeringOutcome.SteeredIcmpError;

    /// <summary>What becomes of a frame.</summary>
    /// <param name="frame">Its beginning: all of it, or what its first buffer holds.</param>
    /// <param name="length">Its whole length.</param>
    public SteeringOutcome Classify(ReadOnlySpan<byte> frame, int length)
    {
        if (frame.Length >= EthernetSize && ((frame[0] & 1) != 0 || !_ownMacs.Contains(Octets(frame))))
            return SteeringOutcome.NotOwnMac;
        return ClassifyAsOwn(frame, length);
    }

    /// <summary>What would become of a frame if its Ethernet address were one of the own.</summary>
    /// <param name="frame">Its beginning.</param>
    /// <param name="length">Its whole length.</param>
    public SteeringOutcome ClassifyAsOwn(ReadOnlySpan<byte> frame, int length)
    {
        if (frame.Length < EthernetSize)
            return SteeringOutcome.Malformed;
        if (Octets(frame[6..]) == PuntedSource)
            return SteeringOutcome.Punted;
        int network = EthernetSize;
        ushort type = Word(frame, 12);
        for (int tag = 0; tag < MostTags && type is 0x8100 or 0x88A8; tag++)
        {
            if (frame.Length < network + TagSize)
                return SteeringOutcome.Malformed;
            type = Word(frame, network + 2);
            network += TagSize;
        }

        return type == 0x0800 ? ClassifyPacket(frame[network..], length - network) : SteeringOutcome.NotIPv4;
    }

    private static ulong PuntedSource { get; } = Octets(PhysicalAddress.Parse(Punt.PuntDevice.SourceAddress).GetAddressBytes());

    private SteeringOutcome ClassifyPacket(ReadOnlySpan<byte> packet, int length)
    {
        int headerLength = HeaderLength(packet);
        if (headerLength == 0)
            return SteeringOutcome.Malformed;
        int total = Word(packet, 2);
        if (total < headerLength || total > length)
            return SteeringOutcome.Malformed;
        ReadOnlySpan<byte> rest = packet[Math.Min(headerLength, packet.Length)..];
        switch ((ProtocolType)packet[9])
        {
            case ProtocolType.Tcp or ProtocolType.Udp:
                return IsLaterFragment(packet) ? ClassifyLaterFragment(packet) : ClassifyTransport(packet, rest, total - headerLength);
            case ProtocolType.Icmp:
                return (Word(packet, 6) & (MoreFragments | FragmentOffset)) != 0 ? SteeringOutcome.Fragment : ClassifyIcmp(rest, total - headerLength);
            default:
                return SteeringOutcome.OtherProtocol;
        }
    }

    private SteeringOutcome ClassifyLaterFragment(ReadOnlySpan<byte> packet)
    {
        if (_services.HasFragments(Destination(packet), packet[9]))
            return SteeringOutcome.SteeredFragment;
        if (!_natServers.HasFragments(Source(packet), packet[9]))
            return SteeringOutcome.Fragment;
        return _ownAddresses.Contains(Destination(packet)) ? SteeringOutcome.ServerToHost : SteeringOutcome.SteeredFragment;
    }

    private SteeringOutcome ClassifyTransport(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> ports, int length)
    {
        if (length < PortsSize || ports.Length < PortsSize)
            return SteeringOutcome.Malformed;
        if (_services.Has(Destination(packet), packet[9], Word(ports, 2)))
            return SteeringOutcome.Steered;
        if (!_natServers.Has(Source(packet), packet[9], Word(ports, 0)))
            return SteeringOutcome.NoService;
        return _ownAddresses.Contains(Destination(packet)) ? SteeringOutcome.ServerToHost : SteeringOutcome.SteeredReturn;
    }

    private SteeringOutcome ClassifyIcmp(ReadOnlySpan<byte> icmp, int length)
    {
        if (length < IcmpHeaderSize || icmp.Length < IcmpHeaderSize)
            return SteeringOutcome.Malformed;
        if (icmp[0] is not (3 or 4 or 11 or 12))
            return SteeringOutcome.OtherProtocol;
        ReadOnlySpan<byte> quoted = icmp[IcmpHeaderSize..];
        int headerLength = length < IcmpHeaderSize + 20 ? 0 : HeaderLength(quoted);
        if (headerLength == 0)
            return SteeringOutcome.Malformed;
        byte protocol = quoted[9];
        if (protocol == IpInIp)
        {
            return _tunnelServers.Contains(Destination(quoted)) && _ownAddresses.Contains(Source(quoted))
                ? SteeringOutcome.SteeredIcmpError
                : SteeringOutcome.UnrelatedIcmpError;
        }

        if ((ProtocolType)protocol is not (ProtocolType.Tcp or ProtocolType.Udp) || IsLaterFragment(quoted))
            return SteeringOutcome.UnrelatedIcmpError;
        if (length < IcmpHeaderSize + headerLength + PortsSize || quoted.Length < headerLength + PortsSize)
            return SteeringOutcome.Malformed;
        ReadOnlySpan<byte> ports = quoted[headerLength..];
        if (_services.Has(Destination(quoted), protocol, Word(ports, 2)) || _services.Has(Source(quoted), protocol, Word(ports, 0)))
            return SteeringOutcome.SteeredIcmpError;
        if (!_natServers.Has(Destination(quoted), protocol, Word(ports, 2)))
            return SteeringOutcome.UnrelatedIcmpError;
        return _ownAddresses.Contains(Source(quoted)) ? SteeringOutcome.ServerToHost : SteeringOutcome.SteeredIcmpError;
    }

    /// <summary>Octets of the IPv4 header; 0 when it isn't one or its fixed part isn't here.</summary>
    private static int HeaderLength(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 20)
            return 0;
        int length = (packet[0] & 0x0F) * 4;
        return packet[0] >> 4 == 4 && length >= 20 ? length : 0;
    }

    private static bool IsLaterFragment(ReadOnlySpan<byte> packet) => (Word(packet, 6) & FragmentOffset) != 0;

    private static uint Source(ReadOnlySpan<byte> packet) => BinaryPrimitives.ReadUInt32BigEndian(packet[12..]);

    private static uint Destination(ReadOnlySpan<byte> packet) => BinaryPrimitives.ReadUInt32BigEndian(packet[16..]);

    private static ushort Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);

    private static uint Number(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    private static ulong Octets(ReadOnlySpan<byte> mac) => ((ulong)BinaryPrimitives.ReadUInt16BigEndian(mac) << 32) | BinaryPrimitives.ReadUInt32BigEndian(mac[2..]);

    /// <summary>Endpoints that have one role: single ports, all ports of an address (port 0), and thus the fragments of either.</summary>
    private sealed class Endpoints
    {
        private readonly HashSet<(uint Address, byte Protocol, ushort Port)> _ports = [];
        private readonly HashSet<(uint Address, byte Protocol)> _addresses = [];
        private readonly HashSet<(uint Address, byte Protocol)> _anyPort = [];

        public Endpoints(IEnumerable<SteeredEndpoint> endpoints)
        {
            foreach (SteeredEndpoint endpoint in endpoints.Where(endpoint => endpoint.Address.AddressFamily == AddressFamily.InterNetwork))
            {
                (uint Address, byte Protocol) place = (Number(endpoint.Address), (byte)endpoint.Protocol);
                _addresses.Add(place);
                if (endpoint.Port == 0)
                    _anyPort.Add(place);
                else
                    _ports.Add((place.Address, place.Protocol, endpoint.Port));
            }
        }

        public bool Has(uint address, byte protocol, ushort port) => _ports.Contains((address, protocol, port)) || _anyPort.Contains((address, protocol));

        public bool HasFragments(uint address, byte protocol) => _addresses.Contains((address, protocol));
    }
}
