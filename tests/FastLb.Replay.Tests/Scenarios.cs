using System.Net;
using FastLb.Dataplane.Tests.Pipeline;
using FastLb.Testing;
using FastLb.Wire;

namespace FastLb.Replay.Tests;

/// <summary>A capture and the director that it is played through.</summary>
/// <param name="Name">Of the files of this scenario.</param>
/// <param name="Configuration">The director's, in keepalived's language.</param>
/// <param name="Frames">The capture's frames, 10 ms apart.</param>
internal sealed record Scenario(string Name, string Configuration, IReadOnlyList<byte[]> Frames)
{
    public int FlowCapacity { get; init; } = 1000;
}

/// <summary>The scenarios whose captures and explanations are kept in <c>Golden</c>.</summary>
internal static class Scenarios
{
    public static readonly MacAddress Director = new FrameBuilder().Destination;
    public static readonly IPAddress Local = IPAddress.Parse("192.0.2.130");

    private static readonly IpAddress Client = new FrameBuilder().Client;
    private static readonly IpAddress Virtual = new FrameBuilder().Service;
    private static readonly IpAddress Web01 = IpAddress.Parse("192.0.2.132");
    private static readonly IpAddress Router = IpAddress.Parse("192.0.2.1");

    public static IReadOnlyList<Scenario> All { get; } = [DirectRouting(), AddressTranslation(), Tunnel(), Refusals(), Fragments(), FullTable()];

    private static FrameBuilder Syn => new();

    private static FrameBuilder Ack => new() { Flags = TcpFlags.Acknowledgment };

    private static FrameBuilder Fin => new() { Flags = TcpFlags.Fin | TcpFlags.Acknowledgment };

    public static string Service(string scheduler, string method, string protocol, int port, params string[] servers) =>
        $"virtual_server 192.0.2.100 {port} {{\n    lb_algo {scheduler}\n    lb_kind {method}\n    protocol {protocol}\n{string.Concat(servers.Select(server => $"    real_server {server}\n"))}}}\n";

    private static Scenario DirectRouting() => new(
        "direct-routing",
        Service("wrr", "DR", "TCP", 80, "192.0.2.132 80 { weight 3 }", "192.0.2.133 80 { weight 1 }"),
        [
            Syn.Build(),
            Ack.Build(),
            (Syn with { ClientPort = 40001 }).Build(),
            (Syn with { ClientPort = 40002 }).Build(),
            (Syn with { ClientPort = 40003 }).Build(),
            Fin.Build(),
            (Ack with { ClientPort = 50000 }).Build(), // of no connection
            (Syn with { ServicePort = 22 }).Build(),
            (Syn with { Destination = new MacAddress(0x02_00_00_00_09_99) }).Build(),
            IcmpFrames.EchoRequest(Client, Virtual),
            Arp(),
            Tagged((Syn with { ClientPort = 40004 }).Build()),
            (Syn with { ClientPort = 40005, TimeToLive = 1 }).Build(),
            Syn.Build()[..30],
        ]);

    private static Scenario AddressTranslation()
    {
        FrameBuilder reply = new()
        {
            Source = new MacAddress(0x02_00_00_00_01_32),
            Client = Web01,
            ClientPort = 8080,
            Service = Client,
            ServicePort = Syn.ClientPort,
            Flags = TcpFlags.Syn | TcpFlags.Acknowledgment,
        };
        byte[] translated = (Syn with { Service = Web01, ServicePort = 8080 }).Build();
        return new Scenario(
            "address-translation",
            Service("rr", "NAT", "TCP", 80, "192.0.2.132 8080 { weight 1 }"),
            [
                Syn.Build(),
                reply.Build(),
                Ack.Build(),
                IcmpFrames.Error(IcmpError.FragmentationNeeded, 1400, Router, Client, translated.AsSpan(14, 40)), // about what the server was sent
                (reply with { Flags = TcpFlags.Fin | TcpFlags.Acknowledgment }).Build(),
                Fin.Build(),
                (reply with { Service = IpAddress.From(Local), ServicePort = 50000 }).Build(), // the answer to a health check
                (reply with { ServicePort = 41000 }).Build(), // of no connection
                (Syn with { Flags = TcpFlags.Reset }).Build(),
            ]);
    }

    private static Scenario Tunnel()
    {
        FrameBuilder large = Ack with { Payload = 1450 };
        byte[] tunnelled = new byte[48];
        Ack.Build().AsSpan(14, 28).CopyTo(tunnelled.AsSpan(20));
        Ipv4View.Write(tunnelled, 0, 0, true, 63, IpProtocol.IpInIp, IpAddress.From(Local).V4, Web01.V4, rest: 1000);
        return new Scenario(
            "tunnel",
            Service("lc", "TUN", "TCP", 80, "192.0.2.132 80 { weight 1 }"),
            [
                Syn.Build(),
                large.Build(), // with 20 bytes more it is too big
                (Ack with { Payload = 1380 }).Build(),
                IcmpFrames.Error(IcmpError.FragmentationNeeded, 1400, Router, IpAddress.From(Local), tunnelled),
                (Ack with { Payload = 1380 }).Build(), // now this is too big, too
                (Ack with { Payload = 1380, DontFragment = false }).Build(),
            ]);
    }

    private static Scenario Refusals() => new(
        "refusals",
        Service("lc", "DR", "TCP", 80, "192.0.2.132 80 {\n        weight 1\n        uthreshold 1\n    }")
            + Service("sh", "DR", "UDP", 53, "192.0.2.132 53 { weight 0 }"),
        [
            Syn.Build(),
            (Syn with { ClientPort = 40001 }).Build(), // the only server has as many as it may
            (Syn with { Protocol = IpProtocol.Udp, ServicePort = 53 }).Build(), // the only server has no weight
            IcmpFrames.Error(IcmpError.PortUnreachable, 0, Router, Virtual, (Syn with { Client = Virtual, ClientPort = 80, Service = Client, ServicePort = 40000 }).Build().AsSpan(14, 28)),
        ]);

    private static Scenario FullTable() => new(
        "full-table",
        Service("rr", "DR", "TCP", 80, "192.0.2.132 80 { weight 1 }"),
        [
            Syn.Build(), Ack.Build(), (Syn with { ClientPort = 40001 }).Build(), (Syn with { ClientPort = 40002 }).Build(), // takes the place of the one before it
            (Ack with { ClientPort = 40002 }).Build(), (Syn with { ClientPort = 40003 }).Build(), // finds none that may give way
        ])
    {
        FlowCapacity = 2,
    };

    private static Scenario Fragments()
    {
        FrameBuilder datagram = new() { Protocol = IpProtocol.Udp, ServicePort = 53, DontFragment = false, Payload = 72 };
        return new Scenario(
            "fragments",
            Service("dh", "DR", "UDP", 53, "192.0.2.132 53 { weight 1 }", "192.0.2.133 53 { weight 1 }"),
            [
                (datagram with { FragmentField = 0x2000 }).Build(),
                (datagram with { FragmentField = 0x000A }).Build(), // its rest
                (datagram with { FragmentField = 0x000A, Identification = 77 }).Build(), // the rest of one whose beginning never came
            ]);
    }

    private static byte[] Arp()
    {
        byte[] frame = new byte[60];
        frame.AsSpan(0, 6).Fill(0xFF);
        new FrameBuilder().Source.Write(frame.AsSpan(6));
        frame[12] = 0x08;
        frame[13] = 0x06;
        return frame;
    }

    private static byte[] Tagged(byte[] frame) => [.. frame[..12], 0x81, 0x00, 0x00, 0x0A, .. frame[12..]];
}
