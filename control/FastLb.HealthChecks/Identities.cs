using System.Net;
using FastLb.Configuration.Model;

namespace FastLb.HealthChecks;

/// <summary>What identifies a service: not its place in the file.</summary>
public sealed record ServiceIdentity(IPAddress Address, TransportProtocol Protocol, ushort Port)
{
    /// <summary>The identity of <paramref name="service"/>; of a group that of its first member.</summary>
    public static ServiceIdentity Of(VirtualServer service) => Of(service.Endpoints[0]);

    private static ServiceIdentity Of(VirtualEndpoint endpoint) => new(endpoint.Address, endpoint.Protocol, endpoint.Port);

    /// <inheritdoc/>
    public override string ToString() => new VirtualEndpoint(Address, Port, Protocol).ToString();
}

/// <summary>What identifies a real server within its service.</summary>
public sealed record ServerIdentity(IPAddress Address, ushort Port)
{
    /// <summary>The identity of <paramref name="server"/>.</summary>
    public static ServerIdentity Of(RealServer server) => new(server.Address, server.Port);

    /// <inheritdoc/>
    public override string ToString() => new IPEndPoint(Address, Port).ToString();
}

/// <summary>What identifies a check within its server.</summary>
/// <param name="Kind">The keyword of its kind: <c>TCP_CHECK</c>.</param>
/// <param name="Target">What it asks: for a connection, address and port.</param>
/// <param name="Ordinal">Counts those of one kind and target, from 0.</param>
public sealed record CheckIdentity(string Kind, string Target, int Ordinal)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {Target}";
}
