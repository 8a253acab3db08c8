using System.Net.Sockets;
using System.Security.Cryptography;
using FastLb.Configuration.Model;
using FastLb.Configuration.Model.Checks;

namespace FastLb.HealthChecks.Checkers;

/// <summary>
/// Passes when a name server answers a query with the response code 0 (<c>DNS_CHECK</c>); what else it says doesn't matter. Datagrams that don't answer the query are passed
/// over.
/// </summary>
public sealed class DnsChecker(DnsCheck check, TimeProvider clock) : IHealthProbe
{
    // All but the header is cut off.
    private readonly byte[] _answer = new byte[DnsQuery.HeaderLength];
    private readonly byte[] _query = new byte[DnsQuery.Longest];
    private readonly DatagramExchange _exchange = new(check.Endpoint, SocketType.Dgram, ProtocolType.Udp, clock);

    /// <inheritdoc/>
    public ValueTask<ProbeResult> Probe(CancellationToken cancellation)
    {
        // An id that can't be guessed, so that a check isn't answered by somebody else (RFC 5452 section 4.3).
        ushort id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
        int length = DnsQuery.Write(_query, id, check.Name, check.RecordType);
        return _exchange.Ask(_query.AsMemory(0, length), _answer, message => Judge(message, id), silence: null, cancellation);
    }

    private ProbeResult? Judge(ReadOnlyMemory<byte> message, ushort id) => DnsQuery.ReadResponseCode(message.Span, id) switch
    {
        null => null,
        0 => ProbeResult.Passed,
        { } code => ProbeResult.Failed($"answered the query for {KeywordNames.Of(check.RecordType)} of '{check.Name}' with {Describe(code)}"),
    };

    // RFC 1035 section 4.1.1.
    private static string Describe(int code) => code switch
    {
        1 => "FORMERR (1): the query is malformed",
        2 => "SERVFAIL (2): a failure of the server",
        3 => "NXDOMAIN (3): there is no such name",
        4 => "NOTIMP (4): it doesn't know such queries",
        5 => "REFUSED (5)",
        _ => $"response code {code}",
    };
}
