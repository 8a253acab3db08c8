using System.Net.Sockets;
using System.Security.Cryptography;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;

namespace FastLb.HealthChecks.Checkers;

/// <summary>
/// Sends a datagram (<c>UDP_CHECK</c>). Without <c>require_reply</c>, all but an ICMP error passes, silence among it; with it, a reply must come in time. As in keepalived, the
/// reply's length counts only where <c>require_reply</c> says what it must begin with.
/// </summary>
public sealed class UdpChecker : IHealthProbe
{
    /// <summary>How many random bytes are sent where no payload is set.</summary>
    private const int RandomLength = 64;

    private readonly UdpCheck _check;
    private readonly DatagramExchange _exchange;
    private readonly byte[] _payload;
    private readonly byte[] _reply;

    /// <param name="check">As configured.</param>
    /// <param name="clock">Measures the timeout.</param>
    public UdpChecker(UdpCheck check, TimeProvider clock)
    {
        _check = check;
        _exchange = new DatagramExchange(check.Endpoint, SocketType.Dgram, ProtocolType.Udp, clock);
        _payload = check.Payload.Count > 0 ? [.. check.Payload] : RandomNumberGenerator.GetBytes(RandomLength);

        // One byte more than a reply may have, so that a longer one shows.
        _reply = new byte[Math.Max(check.MaximumReplyLength + 1, check.ReplyPattern.Count)];
    }

    /// <inheritdoc/>
    public ValueTask<ProbeResult> Probe(CancellationToken cancellation) =>
        _exchange.Ask(_payload, _reply, Judge, _check.RequiresReply ? null : ProbeResult.Passed, cancellation);

    private ProbeResult? Judge(ReadOnlyMemory<byte> reply)
    {
        ValueList<PatternByte> pattern = _check.ReplyPattern;
        if (!_check.RequiresReply || pattern.Count == 0)
            return ProbeResult.Passed;
        if (reply.Length < _check.MinimumReplyLength)
            return ProbeResult.Failed($"its reply has {reply.Length} bytes, at least {_check.MinimumReplyLength} expected");
        if (reply.Length > _check.MaximumReplyLength)
            return ProbeResult.Failed($"its reply has more than {_check.MaximumReplyLength} bytes");
        for (int i = 0; i < Math.Min(reply.Length, pattern.Count); i++)
        {
            if ((reply.Span[i] & pattern[i].Mask) != pattern[i].Value)
                return ProbeResult.Failed($"byte {i} of its reply is {reply.Span[i]:x2}, which is not what 'require_reply' says");
        }

        return ProbeResult.Passed;
    }
}
