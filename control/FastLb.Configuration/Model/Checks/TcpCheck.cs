namespace FastLb.Configuration.Model.Checks;

/// <summary>Passes when a TCP connection comes about (<c>TCP_CHECK</c>).</summary>
public sealed record TcpCheck : NetworkCheck;
