using FastLb.Wire;

namespace FastLb.Dataplane.Services;

/// <summary>What names a virtual service: address, protocol and port.</summary>
public readonly record struct ServiceKey(IpAddress Address, IpProtocol Protocol, ushort Port)
{
    public override string ToString() =>
        Address.IsIPv4 ? $"{Protocol} {Address}:{Port}" : $"{Protocol} [{Address}]:{Port}";
}

/// <summary>What names a real server: its service, address and port. The same server in two services is two of these.</summary>
public readonly record struct ServerIdentity(ServiceKey Service, IpAddress Address, ushort Port)
{
    public override string ToString() =>
        Address.IsIPv4 ? $"{Address}:{Port} of {Service}" : $"[{Address}]:{Port} of {Service}";
}
