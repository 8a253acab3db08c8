using FastLb.Configuration.Model;
using FastLb.Runtime.Scripts;

namespace FastLb.Control.Announcements;

/// <summary>What mail says of servers and quorums: keepalived's words.</summary>
internal static class ServerMailText
{
    private const string Stopping = "=> Shutting down <=", Removing = "=> Removing <=";

    /// <summary>Subject and body; null for news that mail doesn't tell.</summary>
    /// <param name="routerId">The name of this director.</param>
    /// <param name="news">What is told.</param>
    public static (string Subject, string Body)? Of(string routerId, ServerNews news)
    {
        string service = ServerNames.Of(news.Service), state = ServerEventLines.Word(news.IsUp);
        if (news.Server is not { } server)
            return ($"[{routerId}] Virtualserver {service} - {state}", BodyOfQuorum(news));
        return BodyOfServer(news) is { } body ? ($"[{routerId}] Realserver {ServerNames.Of(server, news.Service)} of virtual server {service} - {state}", body) : null;
    }

    private static string? BodyOfServer(ServerNews news) => news.Cause switch
    {
        NewsCause.Stop => Stopping,
        NewsCause.Removal => Removing,
        NewsCause.Change or NewsCause.CheckAlone when news.Check is { } check => BodyOfCheck(check.Kind, check.Target, news.Fault),
        _ => null,
    };

    /// <summary>What each kind of check says; null for the one that keepalived 2.2.7 sends no mail of.</summary>
    private static string? BodyOfCheck(string kind, string target, string? fault)
    {
        string outcome = fault is null ? "succeed" : "failed";
        return kind switch
        {
            "TCP_CHECK" => $"=> TCP CHECK {outcome} on service <=",
            "UDP_CHECK" => $"=> UDP CHECK {outcome} on service <=",
            "PING_CHECK" => $"=> ICMP CHECK {outcome} on service <=",
            "MISC_CHECK" => $"=> MISC CHECK {OutcomeOfProgram(fault)} on service <=",
            "DNS_CHECK" => $"=> DNS_CHECK: {outcome} on service <=",
            "BFD_CHECK" => $"=> BFD CHECK {target} {outcome} on service <=",
            "FILE_CHECK" => null,
            _ => fault is null ? "=> CHECK succeed on service <=" : $"=> CHECK failed on service : {fault} <=",
        };
    }

    private static string OutcomeOfProgram(string? fault) =>
        fault is null ? "succeeded" : fault.StartsWith(ScriptRun.TooLate, StringComparison.Ordinal) ? "timed out" : "failed";

    // The plus and the relation are always the same, in keepalived 2.2.7 too.
    private static string BodyOfQuorum(ServerNews news)
    {
        if (news.Cause == NewsCause.Stop)
            return Stopping;
        (VirtualServer service, bool isStart) = (news.Service, news.Cause == NewsCause.Start);
        string what = news.IsUp ? isStart ? "Starting with quorum up" : "Gained quorum" : isStart ? "Starting with quorum down" : "Lost quorum";
        long threshold = news.HadQuorum ? (long)service.Quorum - service.Hysteresis : (long)service.Quorum + service.Hysteresis;
        return $"=> {what} {service.Quorum}+{service.Hysteresis}={threshold} <= {news.LiveWeight} <=";
    }
}
