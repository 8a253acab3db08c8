using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastLb.Probing;

namespace FastLb.Lab.Tests.Laboratory;

/// <summary>One host of the lab: a network namespace with an Ethernet interface, or two.</summary>
internal sealed class LabHost(ReferenceLab lab, string name, string address, string interfaceName)
{
    private readonly NetworkNamespace _namespace = new($"fastlb-{lab.Name}-{name}");

    public string Name => name;

    public ReferenceLab Lab => lab;

    public IPAddress Address { get; } = IPAddress.Parse(address);

    /// <summary>The interface on the lab's segment.</summary>
    public string Interface => interfaceName;

    /// <summary>Of a director or a router in a lab with two arms: its interface on the servers' segment. Null for others.</summary>
    public string? InsideInterface { get; init; }

    /// <summary>The port of the servers' bridge that <see cref="InsideInterface"/> leads to.</summary>
    public string InsidePort => $"{name}-in";

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
    public Task<string> Mac() => Mac(Interface);

    /// <summary>Ethernet address of <see cref="InsideInterface"/>.</summary>
    public Task<string> InsideMac() => Mac(InsideInterface ?? throw new InvalidOperationException($"{name} is on one segment alone"));

    /// <summary>Fetches the front page of a web server by a new connection.</summary>
    /// <param name="address">Where it listens.</param>
    /// <param name="limit">Whole seconds after which the fetch has failed.</param>
    public Task<CommandResult> TryFetch(string address, int limit = 10) =>
        Run("curl", "--silent", "--show-error", "--fail", "--max-time", $"{limit}", $"http://{address}/");

    /// <summary>As <see cref="TryFetch"/>, for a fetch that must succeed: the line the server answered with.</summary>
    public async Task<string> Fetch(string address) => (await TryFetch(address)).Expected().Trim();

    /// <summary>Pulls the cable out: the interface loses its carrier, and nothing gets out or in.</summary>
    public Task CutLink() => lab.Run("link", name, "down");

    /// <summary>Takes the card of <see cref="InsideInterface"/> out of the host: the interface is gone.</summary>
    public Task RemoveInsideInterface() => Ip($"link delete {InsideInterface}");

    /// <summary>Puts a card in again, under the same name and set up, with a MAC address, and an address of the host's own on the servers' segment.</summary>
    /// <param name="mac">Six octets with colons.</param>
    /// <param name="ownAddress">With its prefix length.</param>
    public Task AddInsideInterface(string mac, string ownAddress) =>
        AddInterface(InsideInterface ?? throw new InvalidOperationException($"{name} is on one segment alone"), InsidePort, "br1", mac, ownAddress);

    /// <summary>Takes the card of <see cref="Interface"/> out of the host: the interface is gone.</summary>
    public Task RemoveInterface() => Ip($"link delete {Interface}");

    /// <summary>Puts a card in again in place of <see cref="Interface"/>, with the host's own address.</summary>
    /// <param name="mac">Six octets with colons.</param>
    public Task AddInterface(string mac) => AddInterface(Interface, name, "br0", mac, $"{Address}/24");

    public Task RestoreLink() => lab.Run("link", name, "up");

    /// <summary>
    /// Brings a director back whose processes were killed when its link was cut: like the memory of a machine that was switched off, what they had done
    /// to its kernel is gone.
    /// </summary>
    public async Task PowerOn()
    {
        if (await HoldsAddress(ReferenceLab.VirtualAddress))
            await Ip($"address delete {ReferenceLab.VirtualAddress}/32 dev {Interface}");
        await RestoreLink();
    }

    /// <summary>What <c>scripts/lab web</c> can do to a web server: stop, start, freeze, thaw, firewall, open.</summary>
    public Task Web(string action) => lab.Run("web", name, action);

    /// <summary>Makes new connections to a web server at a steady pace from now on, until it is stopped or disposed of.</summary>
    /// <param name="every">From one connection to the next; 10 ms unless given.</param>
    /// <param name="limit">Within which an attempt must have its answer; <see cref="ConnectionProbe.DefaultLimit"/> unless given.</param>
    public ConnectionProbe StartProbe(IPAddress address, TimeSpan? every = null, TimeSpan? limit = null, int port = 80) =>
        ConnectionProbe.Start(
            new IPEndPoint(address, port), every ?? TimeSpan.FromMilliseconds(10), limit ?? ConnectionProbe.DefaultLimit, _namespace.Enter);

    public async Task<bool> HoldsAddress(IPAddress held) =>
        (await Ip("-4 -oneline address show")).Contains($"inet {held}/", StringComparison.Ordinal);

    /// <summary>Waits until a director has an address beside its own.</summary>
    public Task AcquiresVirtualAddress() =>
        Eventually.Observe(
            () => Ip($"-4 -oneline address show dev {Interface}"),
            addresses => addresses.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length > 1,
            $"{name} to take the virtual address");

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

    /// <summary>Connects to the virtual address, where a server answers that listens on an address of its own.</summary>
    /// <returns>Both ends of the connection.</returns>
    public async Task<(Socket Client, Socket Server)> ConnectThrough(LabHost server, IPAddress serverAddress, int port)
    {
        using Socket listener = server.Listen(serverAddress, port);
        Socket client = await Connect(ReferenceLab.VirtualAddress, port);
        try
        {
            using CancellationTokenSource deadline = new(Eventually.Patience);
            return (client, await listener.AcceptAsync(deadline.Token));
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>A UDP socket bound to an address of this host; port 0 takes any that is free.</summary>
    public Socket OpenUdp(IPAddress address, int port)
    {
        Socket socket = _namespace.Create(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        socket.Bind(new IPEndPoint(address, port));
        return socket;
    }

    /// <summary>Sends frames by <see cref="Interface"/> on a thread of their own, as fast as that goes.</summary>
    /// <returns>How many left; for the others the interface had no room.</returns>
    public async Task<int> SendFrames(IFrameSource frames, int count)
    {
        int index = int.Parse((await Run("cat", $"/sys/class/net/{Interface}/ifindex")).Expected(), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
        using FrameSocket socket = _namespace.Create(() => FrameSocket.Open(index));
        return await Task.Factory.StartNew(
            () =>
            {
                int sent = 0;
                for (int i = 0; i < count; i++)
                    sent += socket.Send(frames.Next()) ? 1 : 0;
                return sent;
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    public override string ToString() => name;

    private async Task AddInterface(string device, string port, string bridge, string mac, string ownAddress)
    {
        await lab.Segment.Ip($"link add name {port} type veth peer name {device} netns {_namespace.Name}");
        await lab.Segment.Ip($"link set dev {port} master {bridge} up");
        await Ip($"link set {device} address {mac}");
        await Ip($"address add {ownAddress} dev {device}");
        await Ip($"link set {device} up");
    }

    private async Task<string> Mac(string device) => (await Run("cat", $"/sys/class/net/{device}/address")).Expected().Trim();
}
