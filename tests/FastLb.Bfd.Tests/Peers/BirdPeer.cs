using FastLb.Native.Tests.Namespaces;
using FastLb.Runtime.Tests;

namespace FastLb.Bfd.Tests.Peers;

/// <summary>BIRD 2 in a namespace, with its BFD protocol alone.</summary>
internal sealed class BirdPeer : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly NetworkNamespace _network;
    private PeerProcess _process;

    /// <param name="network">Where it runs.</param>
    /// <param name="bfd">What its BFD protocol is told.</param>
    public BirdPeer(NetworkNamespace network, string bfd)
    {
        _network = network;
        _process = Start(bfd);
    }

    /// <summary>Its line about the session with an address; null when it has none.</summary>
    public string? Session(string address) => Ask("show bfd sessions").Split('\n').FirstOrDefault(line => line.StartsWith($"{address} ", StringComparison.Ordinal));

    /// <summary>Waits until its session with an address is as wished.</summary>
    public void Until(string address, Predicate<string> reached)
    {
        string? session = null;
        Assert.True(
            SpinWait.SpinUntil(() => (session = Session(address)) is not null && reached(session), TimeSpan.FromSeconds(60)), $"not reached; last: {session}; {_process.Output}");
    }

    /// <summary>Has it go on by another configuration.</summary>
    public void Configure(string bfd)
    {
        Write(bfd);
        Assert.Contains("Reconfigured", Ask("configure"), StringComparison.Ordinal);
    }

    /// <summary>Ends it without a word to its neighbours.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Starts another one in place of one that was killed.</summary>
    public void Restart(string bfd)
    {
        _process.Dispose();
        _process = Start(bfd);
    }

    public void Dispose()
    {
        _process.Dispose();
        _folder.Dispose();
    }

    private PeerProcess Start(string bfd)
    {
        Write(bfd);
        PeerProcess process = new(_network, "bird", "-f", "-c", PathOf("conf"), "-s", PathOf("ctl"), "-P", PathOf("pid"));
        Assert.True(SpinWait.SpinUntil(() => process.HasExited || process.Output.Contains("Started", StringComparison.Ordinal), TimeSpan.FromSeconds(60)), process.Output);
        Assert.False(process.HasExited, process.Output);
        return process;
    }

    private string Ask(string command) => _network.Run("birdc", $"-s {PathOf("ctl")} {command}");

    private void Write(string bfd) => File.WriteAllText(PathOf("conf"), $"router id 192.0.2.2;\nlog stderr all;\nprotocol device {{ }}\nprotocol bfd {{\n{bfd}\n}}\n");

    private string PathOf(string name) => System.IO.Path.Combine(_folder.Path, name);
}
