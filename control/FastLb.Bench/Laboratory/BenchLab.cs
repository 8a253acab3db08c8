using System.Globalization;
using System.Text.Json;
using FastLb.Native.Namespaces;
using static FastLb.Bench.Laboratory.BenchAddresses;

namespace FastLb.Bench.Laboratory;

/// <summary>
/// Client, director and server, each in a network namespace, on veth: the client's <c>eth0</c> to the director's <c>out</c>, its <c>in</c> to the server's
/// <c>eth0</c>. What the server sends as the virtual address goes to the client by a link of their own, <c>back</c>, as with direct routing; the rest
/// goes by the director. Every neighbour is known from the start. Nothing is left when the process ends, however it ends.
/// </summary>
internal sealed class BenchLab : IDisposable
{
    private const string Counter = "arrived";

    /// <param name="genericXdp">Has the director's interfaces refuse native XDP programs, by peers that transmit on more queues than there are to receive on.</param>
    public BenchLab(bool genericXdp)
    {
        Client = new NetworkNamespace("bench client");
        Director = new NetworkNamespace("bench director");
        Server = new NetworkNamespace("bench server");
        foreach (NetworkNamespace host in (NetworkNamespace[])[Client, Director, Server])
            host.Invoke(PrepareKernel);

        int queues = genericXdp ? 2 : 1;
        Ip(Client, $"""
            link set lo up
            link add eth0 address {Colons(ClientMac)} numtxqueues {queues} numrxqueues 1 type veth peer name out address {Colons(DirectorOuterMac)} netns {Director.Path} numtxqueues 1 numrxqueues 1
            link add back type veth peer name back netns {Server.Path}
            address add {ClientWithPrefix} dev eth0
            address add {ClientBackWithPrefix} dev back
            link set eth0 up
            link set back up
            neighbour replace {Service} lladdr {Colons(DirectorOuterMac)} dev eth0 nud permanent
            """);
        Ip(Server, $"""
            link set lo up
            link add eth0 address {Colons(ServerMac)} numtxqueues {queues} numrxqueues 1 type veth peer name in address {Colons(DirectorInnerMac)} netns {Director.Path} numtxqueues 1 numrxqueues 1
            address add {ServerWithPrefix} dev eth0
            address add {ServerBackWithPrefix} dev back
            link set eth0 up
            link set back up
            neighbour replace {DirectorInner} lladdr {Colons(DirectorInnerMac)} dev eth0 nud permanent
            route add default via {DirectorInner}
            rule add from {Service} lookup 100
            route add {OuterNetwork} via {ClientBack} dev back table 100
            """);
        Ip(Director, $"""
            link set lo up
            address add {DirectorOuterWithPrefix} dev out
            address add {DirectorInnerWithPrefix} dev in
            link set out up
            link set in up
            neighbour replace {BenchAddresses.Client} lladdr {Colons(ClientMac)} dev out nud permanent
            neighbour replace {BenchAddresses.Server} lladdr {Colons(ServerMac)} dev in nud permanent
            """);
    }

    public NetworkNamespace Client { get; }

    public NetworkNamespace Director { get; }

    public NetworkNamespace Server { get; }

    /// <summary>Where packets for the service are to arrive: the server's own address, or the virtual one.</summary>
    public System.Net.IPAddress Destination { get; private set; } = BenchAddresses.Server;

    /// <summary>The server takes packets for the virtual address itself, as direct routing needs it.</summary>
    public void GiveServerTheService()
    {
        Ip(Server, $"address add {Service}/32 dev lo");
        Destination = Service;
    }

    /// <summary>From now on the server counts packets of the flood that are as they are to be, and drops them.</summary>
    public void CountAtServer() => Tool.Run(Server, $$"""
        table netdev bench {
          counter {{Counter}} { }
          chain ingress {
            type filter hook ingress device eth0 priority 0;
            ip daddr {{Destination}} udp dport {{FloodPort}} counter name {{Counter}} drop
          }
        }
        """, "nft", "-f", "-");

    /// <summary>Packets that the server has counted since <see cref="CountAtServer"/>.</summary>
    public long ReadCounter()
    {
        using JsonDocument answer = JsonDocument.Parse(Tool.Run(Server, string.Empty, "nft", "-j", "list", "counter", "netdev", "bench", Counter));
        return answer.RootElement.GetProperty("nftables").EnumerateArray()
            .Where(entry => entry.TryGetProperty("counter", out _))
            .Select(entry => entry.GetProperty("counter").GetProperty("packets").GetInt64())
            .Single();
    }

    /// <summary>Frames that have come in by an interface.</summary>
    public static long ReadReceived(NetworkNamespace host, string interfaceName) => host.Invoke(() =>
    {
        // "  eth0: bytes packets errs drop …" (proc(5), /proc/net/dev), of the thread's namespace.
        string line = File.ReadLines("/proc/thread-self/net/dev").Single(line => line.TrimStart().StartsWith(interfaceName + ":", StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    });

    /// <summary>Runs commands of iproute2 in a namespace.</summary>
    public static void Ip(NetworkNamespace host, string commands) => Tool.Run(host, commands + "\n", "ip", "-batch", "-");

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
        Director.Dispose();
    }

    // In each thread's own namespace.
    private static void PrepareKernel()
    {
        foreach (string setting in (string[])[
            "ipv6/conf/default/disable_ipv6=1", "ipv4/conf/all/rp_filter=0", "ipv4/conf/default/rp_filter=0", "ipv4/conf/all/send_redirects=0",
            "ipv4/conf/default/send_redirects=0", "ipv4/ip_forward=1"])
        {
            string[] parts = setting.Split('=');
            File.WriteAllText($"/proc/sys/net/{parts[0]}", parts[1]);
        }
    }
}
