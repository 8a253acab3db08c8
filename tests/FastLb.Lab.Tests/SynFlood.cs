using System.Buffers.Binary;
using System.Net;
using FastLb.Lab.Tests.Captures;

namespace FastLb.Lab.Tests;

/// <summary>SYNs to one port from as many endpoints as there are frames, all of them in 198.18.0.0/15 (RFC 2544), where nobody is. Built apart from the product's own wire formats.</summary>
internal sealed class SynFlood : IFrameSource
{
    private const int Ethernet = CapturedFrame.EthernetHeaderLength;
    private const int Ip = Ethernet, Tcp = Ethernet + 20;
    private const uint FirstSource = 0xC612_0000;

    private readonly byte[] _frame = new byte[Tcp + 20];
    private readonly uint _sources;
    private uint _next;

    /// <param name="destinationMac">The director's.</param>
    /// <param name="sourceMac">The client's.</param>
    /// <param name="service">The virtual address.</param>
    /// <param name="port">Its port.</param>
    /// <param name="sources">Addresses that they come from by turns.</param>
    public SynFlood(string destinationMac, string sourceMac, IPAddress service, int port, uint sources = 1 << 17)
    {
        _sources = sources;
        Convert.FromHexString(destinationMac.Replace(":", "", StringComparison.Ordinal)).CopyTo(_frame, 0);
        Convert.FromHexString(sourceMac.Replace(":", "", StringComparison.Ordinal)).CopyTo(_frame, 6);
        Write16(12, 0x0800);
        _frame[Ip] = 0x45;
        Write16(Ip + 2, 40);
        _frame[Ip + 8] = 64;
        _frame[Ip + 9] = 6;
        service.TryWriteBytes(_frame.AsSpan(Ip + 16), out _);
        Write16(Tcp + 2, port);
        _frame[Tcp + 12] = 5 << 4;
        _frame[Tcp + 13] = 0x02;
    }

    public ReadOnlySpan<byte> Next()
    {
        uint number = _next++;
        BinaryPrimitives.WriteUInt32BigEndian(_frame.AsSpan(Ip + 12), FirstSource + (number % _sources));
        Write16(Tcp, 1024 + (int)(number / _sources));
        Write16(Ip + 10, 0);
        Write16(Ip + 10, ~Sum(_frame.AsSpan(Ip, 20), 0));
        Write16(Tcp + 16, 0);
        Write16(Tcp + 16, ~Sum(_frame.AsSpan(Ip + 12), 6 + 20)); // the addresses stand just before the segment, as in the pseudo-header
        return _frame;
    }

    private void Write16(int offset, int value) => BinaryPrimitives.WriteUInt16BigEndian(_frame.AsSpan(offset), (ushort)value);

    private static int Sum(ReadOnlySpan<byte> bytes, int sum)
    {
        for (int i = 0; i < bytes.Length; i += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        while (sum > 0xFFFF)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return sum;
    }
}
