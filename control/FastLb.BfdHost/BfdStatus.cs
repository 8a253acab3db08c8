using System.Net;

namespace FastLb.Bfd.Hosting;

/// <summary>How a session stands at a moment.</summary>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="Local">This end's address: the configured one, else that to which the neighbour's last packet was sent; null while that isn't known.</param>
/// <param name="Neighbour">The other end's address.</param>
/// <param name="State">This end's state.</param>
/// <param name="RemoteState">The neighbour's, as it last said; Down while nothing is heard of it.</param>
/// <param name="Diagnostic">Why this end's state changed last.</param>
/// <param name="RemoteDiagnostic">The same of the neighbour, as it last said.</param>
/// <param name="Since">When this end's state changed last.</param>
/// <param name="TransmitInterval">From one packet sent to the next, before jitter; null when the neighbour wants none.</param>
/// <param name="ReceiveInterval">From one packet of the neighbour to the next, at the most; zero while nothing is heard of it.</param>
/// <param name="DetectionTime">How long the neighbour may be silent; zero while nothing is heard of it.</param>
/// <param name="Obstacle">What keeps this end from speaking, in words; null when nothing does.</param>
/// <param name="Counters">Since the session was configured.</param>
public sealed record BfdStatus(
    string Name,
    IPAddress? Local,
    IPAddress Neighbour,
    BfdState State,
    BfdState RemoteState,
    BfdDiagnostic Diagnostic,
    BfdDiagnostic RemoteDiagnostic,
    DateTimeOffset Since,
    TimeSpan? TransmitInterval,
    TimeSpan ReceiveInterval,
    TimeSpan DetectionTime,
    string? Obstacle,
    BfdCounts Counters)
{
    /// <summary>Whether each end hears the other.</summary>
    public bool IsUp => State == BfdState.Up;
}

/// <summary>What has been counted.</summary>
/// <param name="Sent">Control packets.</param>
/// <param name="SendFailures">Control packets that the kernel didn't take, or for which there was no socket.</param>
/// <param name="Received">Control packets that were heeded.</param>
/// <param name="Discarded">Control packets that were not, by reason; every reason but <see cref="BfdDiscardReason.None"/> is there.</param>
/// <param name="BecameUp">How often the session became up.</param>
public sealed record BfdCounts(long Sent, long SendFailures, long Received, IReadOnlyDictionary<BfdDiscardReason, long> Discarded, long BecameUp);
