using System.Net;
using System.Net.Sockets;

namespace FastLb.Lab.Tests.Laboratory;

/// <summary>One host of the lab: a network namespace with one Ethernet interface.</summary>
internal sealed class LabHost(ReferenceLab lab, string name, string address, string interfaceName)
{
    private readonly NetworkNamespace _namespace = new($"fastlb-{lab.Name}-{name}");

    public string Name => name;

    public IPAddress Address { get; } = IPAddress.Parse(address);

    /// <summary>The interface on the lab's segment.</summary>
    public string Interface => interfaceName;

    /// <summary>A folder of the host's own, gone with the lab.</summary>
    public string Folder { get; } = Directory.CreateDirectory(Path.Combine(lab.Folder, name)).FullName;

    /// <summary>Starts a command on the host; the process started is the command itself.</summary>
    public LabProcess Start(string command, params IEnumerable<string> arguments) =>
        LabProcess.Start("ip", ["netns", "exec", _namespace.Name, command, .. arguments]);

    public Task<CommandResult> Run(string command, params IEnumerable<string> arguments) =>
        LabProcess.Run("ip", ["netns", "exec", _namespace.Name, command, .. arguments]);

    /// <summary>Runs <c>ip</c> in the host's namespace, for example <c>Ip("link set eth0 down")</c>, and returns what it printed.</summary>
    public async Task<string> Ip(string arguments) =>
        (await LabProcess.Run("ip", ["-n", _namespace.Name, .. arguments.Split(' ')])).Expected();

    public async Task Sysctl(string setting) => (await Run("sysctl", "-q", "-w", setting)).Expected();

    /// <summary>Ethernet address of <see cref="Interface"/>, in the notation with colons.</summary>
    public async Task<string> Mac() =>
        (await Run("cat", $"/sys/class/net/{Interface}/address")).Expected().Trim();

    /// <summary>Fetches the front page of a web server by a new connection.</summary>
    /// <param name="address">Where it listens.</param>
    /// <param name="limit">Whole seconds after which the fetch has failed.</param>
    public Task<CommandResult> TryFetch(string address, int limit = 10) =>
        Run("curl", "--silent", "--show-error", "--fail", "--max-time", $"{limit}", $"http://{address}/");

    /// <summary>As <see cref="TryFetch"/>, for a fetch that must succeed: the line the server answered with.</summary>
    public async Task<string> Fetch(string address) => (await TryFetch(address)).Expected().Trim();

    public Socket Listen(IPAddress address, int port)
    {
        Socket listener = _namespace.Create(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(address, port));
        listener.Listen();
        return listener;
    }

    public async Task<Socket> Connect(IPAddress address, int port)
    {
        Socket connection = _namespace.Create(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        using CancellationTokenSource deadline = new(Eventually.Patience);
        await connection.ConnectAsync(address, port, deadline.Token);
        return connection;
    }

    /// <summary>A UDP socket bound to an address of this host; port 0 takes any that is free.</summary>
    public Socket OpenUdp(IPAddress address, int port)
    {
        Socket socket = _namespace.Create(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        socket.Bind(new IPEndPoint(address, port));
        return socket;
    }

    public override string ToString() => name;
}
