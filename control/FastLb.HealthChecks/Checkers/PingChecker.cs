using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using FastLb.Configuration.Model.Checks;
using FastLb.Wire;

namespace FastLb.HealthChecks.Checkers;

/// <summary>
/// Passes when an echo is answered in time (<c>PING_CHECK</c>; RFC 792, RFC 4443 section 4). The kernel's ping sockets are used where the sysctl net.ipv4.ping_group_range lets
/// this process open them, as it does nobody by default; else raw ones, so that the host's setting may stay as it is, which keepalived changes.
/// </summary>
public sealed class PingChecker : IHealthProbe
{
    private const byte EchoRequest = 8, EchoReply = 0, EchoRequest6 = 128, EchoReply6 = 129;
    private const int HeaderLength = 8, ChecksumOffset = 2, IdOffset = 4, SequenceOffset = 6;

    /// <summary>What keepalived sends after the header, in bytes.</summary>
    private const int DataLength = 128;

    /// <summary>Of an IPv4 packet with all options, which raw sockets give with it (RFC 791 section 3.1).</summary>
    private const int LongestPacketHeader = 60;

    private readonly byte[] _echo = new byte[HeaderLength + DataLength];
    private readonly byte[] _answer = new byte[LongestPacketHeader + HeaderLength + DataLength];
    private readonly byte _reply;
    private readonly bool _isRaw;
    private readonly bool _hasPacketHeader;
    private readonly DatagramExchange _exchange;
    private ushort _sequence;

    /// <param name="check">As configured.</param>
    /// <param name="clock">Measures the timeout.</param>
    public PingChecker(PingCheck check, TimeProvider clock)
    {
        AddressFamily family = check.Endpoint.Address.AddressFamily;
        bool isVersion6 = family == AddressFamily.InterNetworkV6;
        ProtocolType protocol = isVersion6 ? ProtocolType.IcmpV6 : ProtocolType.Icmp;
        _isRaw = !MayUsePingSockets(family, protocol);
        _hasPacketHeader = _isRaw && !isVersion6;
        (_echo[0], _reply) = isVersion6 ? (EchoRequest6, EchoReply6) : (EchoRequest, EchoReply);
        RandomNumberGenerator.Fill(_echo.AsSpan(IdOffset));
        _exchange = new DatagramExchange(check.Endpoint with { Port = 0 }, _isRaw ? SocketType.Raw : SocketType.Dgram, protocol, clock);
    }

    /// <inheritdoc/>
    public ValueTask<ProbeResult> Probe(CancellationToken cancellation)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_echo.AsSpan(SequenceOffset), ++_sequence);
        if (_hasPacketHeader)
        {
            // In all other cases it is the kernel that sums up.
            BinaryPrimitives.WriteUInt16BigEndian(_echo.AsSpan(ChecksumOffset), 0);
            BinaryPrimitives.WriteUInt16BigEndian(_echo.AsSpan(ChecksumOffset), (ushort)~InternetChecksum.Sum(_echo));
        }

        return _exchange.Ask(_echo, _answer, Judge, silence: null, cancellation);
    }

    private static bool MayUsePingSockets(AddressFamily family, ProtocolType protocol)
    {
        try
        {
            using var attempt = new Socket(family, SocketType.Dgram, protocol);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private ProbeResult? Judge(ReadOnlyMemory<byte> message)
    {
        ReadOnlySpan<byte> answer = message.Span;
        if (_hasPacketHeader)
            answer = answer.IsEmpty ? answer : answer[Math.Min((answer[0] & 0xF) * 4, answer.Length)..];
        if (answer.Length < HeaderLength || answer[0] != _reply || BinaryPrimitives.ReadUInt16BigEndian(answer[SequenceOffset..]) != _sequence)
            return null;

        // Ping sockets have ids of the kernel's, and hear of no others.
        return !_isRaw || answer.Slice(IdOffset, 2).SequenceEqual(_echo.AsSpan(IdOffset, 2)) ? ProbeResult.Passed : null;
    }
}
