using System.Net;

namespace FastLb.Configuration.Model;

/// <summary>How connections are told to another director (<c>lvs_sync_daemon</c>).</summary>
/// <param name="Interface">Where they are sent and heard.</param>
public sealed record ConnectionSynchronisation(string Interface)
{
    /// <summary>The VRRP instance whose master sends and whose backup listens; null to do both all the time.</summary>
    public string? Instance { get; init; }

    /// <summary>Tells several pairs of directors apart, 0 to 255; null for the instance's virtual router id, or 0.</summary>
    public byte? Id { get; init; }

    /// <summary>Longest message in bytes, 1 to 65507; null for what the link takes.</summary>
    public int? MaximumLength { get; init; }

    /// <summary>UDP port; null for 8848.</summary>
    public ushort? Port { get; init; }

    /// <summary>Time to live of the messages; null for 1.</summary>
    public byte? TimeToLive { get; init; }

    /// <summary>Multicast group; null for 224.0.0.81.</summary>
    public IPAddress? Group { get; init; }
}
