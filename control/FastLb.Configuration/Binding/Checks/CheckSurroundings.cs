using System.Net;
using FastLb.Configuration.Binding.Servers;

namespace FastLb.Configuration.Binding.Checks;

/// <summary>What a real server hands down to its checks.</summary>
/// <param name="Probes">Its probe settings, with those of its virtual server.</param>
/// <param name="Address">What is probed unless <c>connect_ip</c> says otherwise.</param>
/// <param name="Port">What is probed unless <c>connect_port</c> says otherwise; 0 for none.</param>
/// <param name="LogAllFailures">The director's setting.</param>
/// <param name="VirtualHost">The host of HTTP checks that name none; null for none.</param>
internal sealed record CheckSurroundings(ProbeSettings Probes, IPAddress Address, ushort Port, bool LogAllFailures, string? VirtualHost);
