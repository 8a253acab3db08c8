namespace FastLb.Native.Tests.Namespaces;

/// <summary>Two namespaces joined by a veth pair: <c>near</c> (192.0.2.1/24) here and <c>far</c> (192.0.2.2/24) there.</summary>
public sealed class VethPair : IDisposable
{
    public const string NearName = "near";
    public const string FarName = "far";
    public const string NearAddress = "192.0.2.1";
    public const string FarAddress = "192.0.2.2";
    public const string NearMac = "02:00:00:00:00:01";
    public const string FarMac = "02:00:00:00:00:02";

    public VethPair()
    {
        Near.Run("ip", $"link add {NearName} address {NearMac} numrxqueues 2 numtxqueues 2 type veth "
            + $"peer name {FarName} address {FarMac} numrxqueues 2 numtxqueues 2 netns {Far.Path}");
        Near.Run("ip", $"address add {NearAddress}/24 dev {NearName}");
        Far.Run("ip", $"address add {FarAddress}/24 dev {FarName}");
        Near.Run("ip", $"link set {NearName} up");
        Far.Run("ip", $"link set {FarName} up");
    }

    public NetworkNamespace Near { get; } = new();

    public NetworkNamespace Far { get; } = new();

    /// <summary>Waits until frames pass both ways: for a moment after a link has come up the kernel drops them without a word.</summary>
    public void AwaitTraffic() => Far.Run("ping", $"-c 1 -i 0.2 -w 10 {NearAddress}");

    public void Dispose()
    {
        Near.Dispose();
        Far.Dispose();
    }
}
