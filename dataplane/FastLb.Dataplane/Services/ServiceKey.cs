using FastLb.Wire;

namespace FastLb.Dataplane.Services;

/// <summary>What names a virtual service: address, protocol and port, which is 0 for all ports; or a firewall mark.</summary>
public readonly record struct ServiceKey(IpAddress Address, IpProtocol Protocol, ushort Port)
{
    /// <summary>Whether it is the service of a firewall mark, which is the address then, as in IPVS's templates.</summary>
    public bool IsMark => Protocol == IpProtocol.None;

    /// <summary>The service of a firewall mark.</summary>
    public static ServiceKey ForMark(uint mark) => new(IpAddress.FromV4(mark), IpProtocol.None, 0);

    public override string ToString() =>
        IsMark ? $"fwmark {Address.V4}" : Address.IsIPv4 ? $"{Protocol} {Address}:{Port}" : $"{Protocol} [{Address}]:{Port}";
}

/// <summary>What names a real server: its service, address and port. The same server in two services is two of these.</summary>
public readonly record struct ServerIdentity(ServiceKey Service, IpAddress Address, ushort Port)
{
    public override string ToString() =>
        Address.IsIPv4 ? $"{Address}:{Port} of {Service}" : $"[{Address}]:{Port} of {Service}";
}
