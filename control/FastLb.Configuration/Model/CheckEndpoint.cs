using System.Net;

namespace FastLb.Configuration.Model;

/// <summary>The two ends of a check's connection or datagrams.</summary>
/// <param name="Address">What it sends to: the real server's address unless <c>connect_ip</c> says otherwise.</param>
/// <param name="Port">The port that it sends to: the real server's unless <c>connect_port</c> says otherwise; 0 for none, which only a ping can do without.</param>
public sealed record CheckEndpoint(IPAddress Address, ushort Port)
{
    /// <summary>How long connecting may take, and each answer after that; not zero.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The source address; null for the kernel's choice.</summary>
    public IPAddress? SourceAddress { get; init; }

    /// <summary>The interface it is bound to; null for none.</summary>
    public string? SourceInterface { get; init; }

    /// <summary>The source port; null for the kernel's choice.</summary>
    public ushort? SourcePort { get; init; }

    /// <summary>The firewall mark of its packets; 0 for none.</summary>
    public uint FirewallMark { get; init; }
}
