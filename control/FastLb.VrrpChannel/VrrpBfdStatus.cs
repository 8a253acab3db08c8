using System.Net;

namespace FastLb.VrrpChannel;

/// <summary>A BFD session at one moment.</summary>
/// <param name="Name">As in the configuration.</param>
/// <param name="Neighbour">The other end's address.</param>
/// <param name="Local">This end's address; null while it isn't known.</param>
/// <param name="State"><c>up</c>, <c>down</c>, <c>init</c> or <c>admin down</c> (RFC 5880 section 4.1).</param>
/// <param name="Since">When it got into this state.</param>
/// <param name="Cause">Why, in words.</param>
/// <param name="DetectionTime">Seconds for which the neighbour may be silent; 0 while nothing is heard of it.</param>
/// <param name="Sent">Control packets sent.</param>
/// <param name="Received">Control packets received and heeded.</param>
/// <param name="Discarded">Control packets received and discarded, by reason.</param>
public sealed record VrrpBfdStatus(
    string Name, IPAddress Neighbour, IPAddress? Local, string State, DateTimeOffset Since, string Cause, double DetectionTime, long Sent, long Received, IReadOnlyDictionary<string, long> Discarded)
{
    /// <summary>The state in which each end hears the other.</summary>
    public const string Up = "up";
}
