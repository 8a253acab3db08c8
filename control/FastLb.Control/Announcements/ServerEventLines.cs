namespace FastLb.Control.Announcements;

/// <summary>The lines of event pipes about servers, without their newline.</summary>
internal static class ServerEventLines
{
    /// <summary><c>RS [198.51.100.1]:tcp:8080 [192.0.2.1]:tcp:80 UP</c>, or <c>VS [192.0.2.1]:tcp:80 DOWN</c> of a quorum.</summary>
    public static string Of(ServerNews news)
    {
        string service = ServerNames.Of(news.Service), state = Word(news.IsUp);
        return news.Server is { } server ? $"RS {ServerNames.Of(server, news.Service)} {service} {state}" : $"VS {service} {state}";
    }

    /// <summary>keepalived's word for a state.</summary>
    public static string Word(bool isUp) => isUp ? "UP" : "DOWN";
}
