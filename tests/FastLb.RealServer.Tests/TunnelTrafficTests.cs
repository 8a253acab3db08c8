using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using FastLb.Native;
using FastLb.Native.Tests.Namespaces;
using Tmds.Linux;

namespace FastLb.RealServer.Tests;

/// <summary>Tunnel packets to a prepared real server, on the real kernel.</summary>
public sealed partial class TunnelTrafficTests : ServerFixture
{
    private const int Port = 8080;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("")]
    [InlineData("tso off")]
    [InlineData("tx off")]
    public async Task Upload_of_full_segments_arrives_unharmed(string senderOffloads)
    {
        Apply(Tunnel);
        AddTunnelAtClient();
        if (senderOffloads.Length > 0)
            Pair.Near.Run("ethtool", $"-K near {senderOffloads}");
        using Socket listener = Server.Invoke(() => Listen(VirtualAddress));
        byte[] content = RandomNumberGenerator.GetBytes(16 << 20);
        using CancellationTokenSource deadline = new(Patience);

        using Socket client = Pair.Near.Invoke(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        Task<byte[]> received = Receive(listener, content.Length, deadline.Token);
        await client.ConnectAsync(VirtualAddress, Port, deadline.Token);
        await client.SendAllAsync(content, deadline.Token);
        byte[] answer = await ReceiveAll(client, SHA256.HashSizeInBytes, deadline.Token);

        Assert.Equal(SHA256.HashData(content), SHA256.HashData(await received));
        Assert.Equal(SHA256.HashData(content), answer);
        // What the sender aggregates arrives as one packet: without that, there is one for each 1440 bytes.
        long packets = DecapsulatedPackets();
        Assert.True(packets > 0);
        Assert.Equal(senderOffloads.Length == 0, packets < content.Length / 2880);
    }

    [Fact]
    public async Task Raw_tunnel_packet_reaches_the_service_and_nothing_else_does()
    {
        Apply(Tunnel);
        using Socket service = Server.Invoke(() => Bind(VirtualAddress));
        using Socket other = Server.Invoke(() => Bind(ServerAddress));
        using Socket tunnel = Pair.Near.Invoke(OpenTunnel);
        IPEndPoint server = new(ServerAddress, 0);

        tunnel.SendTo(Datagram(ServerAddress, "another address"), server);
        tunnel.SendTo(Datagram(VirtualAddress, "truncated")[..30], server);
        tunnel.SendTo(Datagram(VirtualAddress, new string('x', 3000)), server); // the kernel sends it in three fragments
        tunnel.SendTo(Datagram(VirtualAddress, "for the service"), server);

        Assert.Equal("for the service", await ReceiveText(service));
        Assert.Equal((0, 0), (service.Available, other.Available));
        Assert.EndsWith("1 packets so far, 5 others left alone", Program().Present, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_packets_and_other_tunnels_pass_as_before()
    {
        Apply(Tunnel with { Directors = [IPAddress.Parse("192.0.2.9")] });
        using Socket service = Server.Invoke(() => Bind(ServerAddress));
        using Socket client = Pair.Near.Invoke(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        using Socket tunnel = Pair.Near.Invoke(OpenTunnel);

        tunnel.SendTo(Datagram(VirtualAddress, "from no director"), new IPEndPoint(ServerAddress, 0));
        client.SendTo("plain"u8, new IPEndPoint(ServerAddress, Port));

        Assert.Equal("plain", await ReceiveText(service));
        Assert.EndsWith("0 packets so far, 1 others left alone", Program(Tunnel).Present, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strict_reverse_path_filter_that_would_drop_clients_is_loosened()
    {
        // The way back to the client is over another interface than the tunnel's packets come in by.
        Server.Run("ip", "link add back type veth peer name forth");
        Server.Run("ip", "link set back up");
        Server.Run("ip", "link set forth up");
        Server.Run("ip", "address add 203.0.113.1/24 dev back");
        Set("far/rp_filter", "1");
        Server.Run("ip", $"address add {VirtualAddressText}/32 dev lo");
        using Socket service = Server.Invoke(() => Bind(VirtualAddress));
        using Socket tunnel = Pair.Near.Invoke(OpenTunnel);
        Assert.Contains(Missing(Tunnel), finding => finding.Need == "net.ipv4.conf.far.rp_filter is 0 or 2");

        Apply(Tunnel);
        tunnel.SendTo(Datagram(VirtualAddress, "roundabout", "203.0.113.7"), new IPEndPoint(ServerAddress, 0));

        Assert.Equal("roundabout", await ReceiveText(service));
    }

    private static Socket Listen(IPAddress address)
    {
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(address, Port));
        listener.Listen();
        return listener;
    }

    /// <summary>A raw socket that puts an IPIP header before what it sends: the class library has no name for that protocol.</summary>
    private static Socket OpenTunnel()
    {
        const int IpIp = 4;
        int descriptor = LibC.socket(LibC.AF_INET, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, IpIp);
        return descriptor >= 0
            ? new Socket(new SafeSocketHandle(descriptor, ownsHandle: true))
            : throw SystemCallException.FromLastErrno("socket", "raw, IPIP");
    }

    private static Socket Bind(IPAddress address)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(address, Port));
        return socket;
    }

    private static async Task<byte[]> Receive(Socket listener, int length, CancellationToken cancellation)
    {
        using Socket connection = await listener.AcceptAsync(cancellation);
        byte[] content = await ReceiveAll(connection, length, cancellation);
        await connection.SendAllAsync(SHA256.HashData(content), cancellation);
        return content;
    }

    private static async Task<byte[]> ReceiveAll(Socket connection, int length, CancellationToken cancellation)
    {
        byte[] content = new byte[length];
        await using NetworkStream stream = new(connection);
        await stream.ReadExactlyAsync(content, cancellation);
        return content;
    }

    private static async Task<string> ReceiveText(Socket socket)
    {
        byte[] buffer = new byte[4096];
        using CancellationTokenSource deadline = new(Patience);
        return System.Text.Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, deadline.Token));
    }

    /// <summary>An IPv4 packet with a UDP datagram, without a UDP checksum.</summary>
    private static byte[] Datagram(IPAddress destination, string text, string source = "192.0.2.1")
    {
        byte[] packet =
        [
            0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, .. IPAddress.Parse(source).GetAddressBytes(), .. destination.GetAddressBytes(),
            0x9C, 0x40, Port >> 8, Port & 0xFF, 0, 0, 0, 0, .. System.Text.Encoding.ASCII.GetBytes(text),
        ];
        WriteNumber(packet, 2, packet.Length);
        WriteNumber(packet, 24, packet.Length - 20);
        int sum = 0;
        for (int position = 0; position < 20; position += 2)
            sum += (packet[position] << 8) | packet[position + 1];
        WriteNumber(packet, 10, ~((sum & 0xFFFF) + (sum >> 16)));
        return packet;
    }

    private static void WriteNumber(byte[] packet, int offset, int value) => (packet[offset], packet[offset + 1]) = ((byte)(value >> 8), (byte)value);

    [GeneratedRegex("([0-9]+) packets so far")]
    private static partial Regex PacketsPattern();

    /// <summary>Has the client's kernel put packets to the virtual address into the tunnel.</summary>
    private void AddTunnelAtClient()
    {
        Pair.AwaitTraffic();
        string compiled = Path.Combine(AppContext.BaseDirectory, "encapsulate.bpf.o");
        string multiarch = RuntimeInformation.OSArchitecture == Architecture.Arm64
            ? "aarch64-linux-gnu"
            : "x86_64-linux-gnu";
        using Process clang = Process.Start(
            "clang",
            ["-O2", "-g", "-target", "bpf", "-mcpu=v3", "-Wall", "-Werror", $"-I/usr/include/{multiarch}", "-c", Path.Combine(AppContext.BaseDirectory, "encapsulate.bpf.c"), "-o", compiled]);
        clang.WaitForExit();
        Assert.Equal(0, clang.ExitCode);
        Pair.Near.Run("tc", "qdisc add dev near clsact");
        Pair.Near.Run("tc", $"filter add dev near egress protocol ip bpf direct-action obj {compiled} sec tc");
        Pair.Near.Run("ip", $"route add {VirtualAddressText} via {VethPair.FarAddress} mtu 1480");
    }

    private Finding Program(RealServerOptions? options = null) =>
        OnServer(host => host.Inspect(options ?? Tunnel)).Single(finding => finding.Need == "tunnel packets are decapsulated on far");

    private long DecapsulatedPackets() => long.Parse(PacketsPattern().Match(Program().Present).Groups[1].Value, CultureInfo.InvariantCulture);
}

/// <summary>Sends all of a buffer.</summary>
internal static class SocketSending
{
    public static async Task SendAllAsync(this Socket socket, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        while (content.Length > 0)
            content = content[await socket.SendAsync(content, cancellation)..];
    }
}
