using System.Net;
using FastLb.Native.Tests.Namespaces;
using FastLb.Runtime;
using FastLb.Runtime.Tests;

namespace FastLb.RealServer.Tests;

/// <summary>A real server (<c>far</c>, 192.0.2.2) and what stands for its director and clients (<c>near</c>, 192.0.2.1), each a network namespace.</summary>
public abstract class ServerFixture : IDisposable
{
    public const string VirtualAddressText = "198.51.100.100";

    private readonly TemporaryFolder _folder = new();

    private protected static IPAddress VirtualAddress { get; } = IPAddress.Parse(VirtualAddressText);

    private protected static IPAddress ServerAddress { get; } = IPAddress.Parse(VethPair.FarAddress);

    private protected VethPair Pair { get; } = new();

    private protected NetworkNamespace Server => Pair.Far;

    private protected RuntimeDirectory Directory => new(_folder.File("run"));

    private protected static RealServerOptions Tunnel => new(RealServerMode.Tunnel, [VirtualAddress]);

    private protected static RealServerOptions Direct => new(RealServerMode.DirectRouting, [VirtualAddress]);

    public void Dispose()
    {
        Pair.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected T OnServer<T>(Func<RealServerHost, T> act) => Server.Invoke(() =>
    {
        using RealServerHost host = RealServerHost.Open(Directory);
        return act(host);
    });

    private protected void Apply(RealServerOptions options)
    {
        OnServer(host => host.Apply(options));
        Assert.Empty(Missing(options));
    }

    private protected Finding[] Missing(RealServerOptions options) => OnServer(host => host.Inspect(options).Where(finding => !finding.IsMet).ToArray());

    private protected string Setting(string path) => Server.Invoke(() => File.ReadAllText($"/proc/sys/net/ipv4/conf/{path}").Trim());

    private protected void Set(string path, string value) => Server.Invoke(() => File.WriteAllText($"/proc/sys/net/ipv4/conf/{path}", value));
}
