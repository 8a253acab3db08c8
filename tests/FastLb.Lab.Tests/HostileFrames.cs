using System.Buffers.Binary;
using System.Net;
using FastLb.Lab.Tests.Captures;

namespace FastLb.Lab.Tests;

/// <summary>
/// Frames that nobody should send, one after the other, the same for the same seed: each is a sound request to a service, spoiled in one of several ways.
/// Built by the book and apart from the product's own wire formats.
/// </summary>
internal sealed class HostileFrames(int seed, string destinationMac, string sourceMac, IPAddress client, IPAddress service, IPAddress director) : IFrameSource
{
    private const int Ethernet = CapturedFrame.EthernetHeaderLength;
    private const int IpHeader = 20;
    private const int TcpHeader = 20;
    private const int Longest = Ethernet + 1500;
    private const byte Icmp = 1, Tcp = 6, Udp = 17, InIp = 4;
    private const ushort ServicePort = 80, MoreFragments = 0x2000;

    private readonly Random _random = new(seed);
    private readonly byte[] _frame = new byte[Longest];
    private int _next;

    /// <summary>Valid until the next one is asked for. No shorter than an Ethernet header, which the kernel insists on when it sends.</summary>
    public ReadOnlySpan<byte> Next()
    {
        int kind = _next++ % 14;
        int round = _next / 14;
        int length = WriteRequest(payload: _random.Next(kind == 0 ? 64 : 1400));
        switch (kind)
        {
            case 0:
                return _frame.AsSpan(0, Ethernet + (round % (length - Ethernet + 1))); // truncated, at every length in turn
            case 1:
                WriteUInt16(Ethernet + 2, length - Ethernet + _random.Next(1, 2000)); // longer by its own account than the frame
                break;
            case 2:
                WriteUInt16(Ethernet + 2, _random.Next(length - Ethernet)); // shorter
                break;
            case 3:
                _frame[Ethernet] = (byte)_random.Next(256); // version and header length
                break;
            case 4:
                _frame[Ethernet] = (byte)(0x40 | _random.Next(6, 16)); // what follows is taken for options
                break;
            case 5:
                WriteUInt16(Ethernet + 10, _random.Next(65536));
                return _frame.AsSpan(0, length);
            case 6:
                WriteUInt16(Ethernet + IpHeader + 16, _random.Next(65536)); // TCP checksum
                break;
            case 7:
                _random.NextBytes(_frame.AsSpan(Ethernet + IpHeader, length - Ethernet - IpHeader));
                _frame[Ethernet + 9] = _random.Next(4) switch { 0 => Tcp, 1 => Udp, 2 => Icmp, _ => (byte)_random.Next(256) };
                break;
            case 8:
                WriteUInt16(Ethernet + 4, round % 50); // few identifications: fragments overlap, and most miss their first one, or their last
                WriteUInt16(Ethernet + 6, (_random.Next(2) * MoreFragments) | (_random.Next(2) * _random.Next(0x2000)));
                break;
            case 9:
                length = WriteIcmpError(length);
                break;
            case 10:
                InsertVlanTags(_random.Next(1, 3), ref length);
                return _frame.AsSpan(0, length);
            case 11:
                _frame[Ethernet + IpHeader + 13] = (byte)_random.Next(256); // every combination of flags
                break;
            case 12:
                _frame[Ethernet + IpHeader + 12] = (byte)_random.Next(256); // TCP data offset
                break;
            default:
                for (int change = 0; change < 5; change++)
                    _frame[_random.Next(Ethernet, Math.Min(length, Ethernet + 60))] = (byte)_random.Next(256);
                break;
        }

        if (_random.Next(8) != 0)
            MendIpChecksum();
        return _frame.AsSpan(0, length);
    }

    private int WriteRequest(int payload)
    {
        int length = Ethernet + IpHeader + TcpHeader + payload;
        Span<byte> frame = _frame.AsSpan(0, length);
        frame.Clear();
        Convert.FromHexString(destinationMac.Replace(":", "", StringComparison.Ordinal)).CopyTo(frame);
        Convert.FromHexString(sourceMac.Replace(":", "", StringComparison.Ordinal)).CopyTo(frame[6..]);
        WriteUInt16(12, 0x0800);
        WriteIpHeader(Ethernet, length - Ethernet, Tcp, client, service);
        // Ports that the client's kernel gives nobody: what comes back meets no socket of a connection under test.
        WriteUInt16(Ethernet + IpHeader, _random.Next(1024, 32768));
        WriteUInt16(Ethernet + IpHeader + 2, ServicePort);
        BinaryPrimitives.WriteInt32BigEndian(frame[(Ethernet + IpHeader + 4)..], _random.Next());
        frame[Ethernet + IpHeader + 12] = 5 << 4;
        frame[Ethernet + IpHeader + 13] = _random.Next(2) == 0 ? (byte)0x02 : (byte)0x10; // SYN or ACK
        return length;
    }

    /// <summary>The request becomes what an error claims to quote; sometimes as the director's own tunnel would have carried it.</summary>
    private int WriteIcmpError(int length)
    {
        const int Header = 8;
        int quoted = _random.Next(0, Math.Min(length - Ethernet, 200) + 1);
        byte[] quote = _frame.AsSpan(Ethernet, quoted).ToArray();
        bool toDirector = _random.Next(4) == 0;
        if (toDirector && quote.Length >= IpHeader)
            quote[9] = InIp;
        if (_random.Next(3) == 0 && quote.Length > 0)
            quote[_random.Next(quote.Length)] = (byte)_random.Next(256);
        WriteIpHeader(Ethernet, IpHeader + Header + quoted, Icmp, client, toDirector ? director : service);
        Span<byte> message = _frame.AsSpan(Ethernet + IpHeader, Header + quoted);
        message.Clear();
        message[0] = (byte)(_random.Next(2) == 0 ? 3 : 11);
        message[1] = (byte)_random.Next(16);
        BinaryPrimitives.WriteUInt16BigEndian(message[6..], (ushort)_random.Next(65536));
        quote.CopyTo(message[Header..]);
        if (_random.Next(4) != 0)
            BinaryPrimitives.WriteUInt16BigEndian(message[2..], (ushort)~InternetChecksum.Sum(message));
        return Ethernet + IpHeader + Header + quoted;
    }

    private void InsertVlanTags(int count, ref int length)
    {
        int added = 4 * count;
        length = Math.Min(length, Longest - added);
        MendIpChecksum();
        _frame.AsSpan(12, length - 12).CopyTo(_frame.AsSpan(12 + added));
        for (int tag = 0; tag < count; tag++)
        {
            WriteUInt16(12 + (4 * tag), 0x8100);
            WriteUInt16(14 + (4 * tag), _random.Next(65536));
        }

        length += added;
    }

    private void WriteIpHeader(int offset, int totalLength, byte protocol, IPAddress source, IPAddress destination)
    {
        Span<byte> ip = _frame.AsSpan(offset, IpHeader);
        ip.Clear();
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)totalLength);
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)_random.Next(65536));
        ip[8] = (byte)(_random.Next(16) == 0 ? _random.Next(3) : 64);
        ip[9] = protocol;
        source.TryWriteBytes(ip[12..], out _);
        destination.TryWriteBytes(ip[16..], out _);
    }

    private void MendIpChecksum()
    {
        int header = Math.Max((_frame[Ethernet] & 0x0F) * 4, IpHeader);
        WriteUInt16(Ethernet + 10, 0);
        WriteUInt16(Ethernet + 10, (ushort)~InternetChecksum.Sum(_frame.AsSpan(Ethernet, header)));
    }

    private void WriteUInt16(int offset, int value) => BinaryPrimitives.WriteUInt16BigEndian(_frame.AsSpan(offset), (ushort)value);
}
