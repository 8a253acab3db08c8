namespace FastLb.Configuration.Model.Checks;

/// <summary>Passes when an ICMP or ICMPv6 echo is answered (<c>PING_CHECK</c>).</summary>
public sealed record PingCheck : NetworkCheck;
