using System.Net;
using FastLb.DataplaneChannel.Messages;

namespace FastLb.Replay.Explanations;

/// <summary>What became of a frame, as one line of text; its parts are separated by <c>|</c>.</summary>
public static class ExplanationLine
{
    private const string Separator = " | ";

    /// <summary>Number, time, packet; then either why the kernel gets it, or what was decided and by what.</summary>
    public static string Of(ExplainedFrame frame)
    {
        string head = $"#{frame.Number} {frame.Time:0.000000} {frame.Frame}";
        return frame.Explanation is { } explanation
            ? string.Join(Separator, PartsOf(explanation).Prepend(head))
            : $"{head}{Separator}left to the kernel by steering ({frame.Steering}): {frame.LeftToKernel}";
    }

    /// <summary>A service, for people.</summary>
    public static string NameOf(ExplainedService service) => $"{NameOf(service.Protocol)} {new IPEndPoint(service.Address, service.Port)}";

    /// <summary>A protocol, for people.</summary>
    public static string NameOf(TransportProtocol protocol) => protocol.ToString().ToUpperInvariant();

    /// <summary>A forwarding method in the words of keepalived.conf.</summary>
    public static string NameOf(ForwardingMethod method) => method switch
    {
        ForwardingMethod.AddressTranslation => "NAT",
        ForwardingMethod.Tunnel => "TUN",
        _ => "DR",
    };

    /// <summary>How the connection's state changed; null when there is no connection and was none.</summary>
    public static string? StatesOf(PacketExplanation explanation)
    {
        if (explanation.StateBefore is null && explanation.StateAfter is null)
            return null;
        string before = explanation.StateBefore ?? "no connection", after = explanation.StateAfter ?? "no connection";
        return string.Equals(before, after, StringComparison.Ordinal) ? before : $"{before} -> {after}";
    }

    private static IEnumerable<string> PartsOf(PacketExplanation explanation)
    {
        if (explanation.Flow is { IsReply: true } reply)
            yield return $"connection {new IPEndPoint(reply.Client, reply.ClientPort)} of server {new IPEndPoint(reply.Peer, reply.PeerPort)}";
        else if (explanation.Flow is { IsIcmpError: true } quoted)
            yield return $"about {NameOf(quoted.Protocol)} {new IPEndPoint(quoted.Client, quoted.ClientPort)} to {new IPEndPoint(quoted.Peer, quoted.PeerPort)}";
        if (explanation.Service is { } service)
            yield return $"service {NameOf(service)}";
        if (explanation.Persistence is { } persistence)
            yield return persistence;
        if (explanation.Schedule is { } schedule)
            yield return schedule;
        if (explanation.Server is { } server)
            yield return $"server {new IPEndPoint(server.Address, server.Port)} {NameOf(server.Method)}";
        if (StatesOf(explanation) is { } states)
            yield return states;
        yield return $"{explanation.Verdict}, {explanation.Reason}: {explanation.Words}";
        if (explanation.SegmentSize != 0)
            yield return $"cut into segments of {explanation.SegmentSize} bytes of payload";
        if (explanation.Changes.Count > 0)
            yield return string.Join(", ", explanation.Changes);
    }
}
