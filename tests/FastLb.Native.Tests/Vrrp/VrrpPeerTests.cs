using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FastLb.Native.Interfaces;
using FastLb.Native.Polling;
using FastLb.Native.Tests.Namespaces;
using FastLb.Native.Vrrp;
using Tmds.Linux;

namespace FastLb.Native.Tests.Vrrp;

/// <summary>Advertisements of keepalived, as a socket hears them.</summary>
public sealed class VrrpPeerTests : IDisposable
{
    private const int Patience = 20_000; // milliseconds

    private readonly VethPair _link = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("vrrp-peer").FullName;
    private Process? _keepalived;

    public VrrpPeerTests()
    {
        foreach ((NetworkNamespace place, string device, string own) in new[] { (_link.Near, VethPair.NearName, "fe80::1"), (_link.Far, VethPair.FarName, "fe80::2") })
        {
            place.Invoke(() =>
            {
                File.WriteAllText($"/proc/sys/net/ipv6/conf/{device}/accept_dad", "0");
                File.WriteAllText("/proc/sys/net/ipv6/conf/default/disable_ipv6", "0"); // for links that keepalived makes
                File.WriteAllText($"/proc/sys/net/ipv6/conf/{device}/disable_ipv6", "0");
            });
            place.Run("ip", $"address add {own}/64 dev {device} nodad");
        }

        _link.AwaitTraffic();
    }

    public void Dispose()
    {
        if (_keepalived is not null)
        {
            _ = LibC.kill(_keepalived.Id, LibC.SIGTERM); // timeout(1) passes it on
            _keepalived.WaitForExit();
            _keepalived.Dispose();
        }

        _link.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("use_vmac")]
    public void Advertisement_over_ipv6_arrives_with_all_that_its_checks_need(string option)
    {
        using VrrpSocket socket = Open(new VrrpSocketSettings(NearIndex(), IPAddress.Parse("ff02::12")) { Family = AddressFamily.InterNetworkV6 });
        StartPeer($"version 3\n {option}\n virtual_ipaddress {{\n fe80::99\n }}");

        byte[] packet = Receive(socket, out VrrpDatagram datagram);

        Assert.Equal((255, 0, "ff02::12"), (datagram.HopLimit, datagram.MessageOffset, datagram.Destination.ToString()));
        Assert.True(datagram.Source.ToIPAddress().IsIPv6LinkLocal);
        Assert.Equal([0x31, 0x34, 100, 1], packet[..4]);
        Assert.Equal(IPAddress.Parse("fe80::99"), new IPAddress(packet.AsSpan(8, 16)));
        Assert.Equal(0xFFFF, SumWithPseudoHeader(packet, datagram));
    }

    [Fact]
    public void Advertisement_with_authentication_header_arrives_whole()
    {
        using VrrpSocket socket = Open(new VrrpSocketSettings(NearIndex(), IPAddress.Parse("224.0.0.18")) { Transport = VrrpTransport.AuthenticationHeader });
        StartPeer("authentication {\n auth_type AH\n auth_pass secret\n }\n virtual_ipaddress {\n 192.0.2.100\n }");

        byte[] packet = Receive(socket, out VrrpDatagram datagram);

        Assert.Equal((VethPair.FarAddress, "224.0.0.18", 255), (datagram.Source.ToString(), datagram.Destination.ToString(), datagram.HopLimit));
        byte[] header = packet[datagram.MessageOffset..];
        Assert.Equal((VrrpSocket.ProtocolNumber, 4), (header[0], header[1]));
        Assert.Equal([0x21, 0x34, 100], header[24..27]);
    }

    private void StartPeer(string options)
    {
        string file = Path.Combine(_folder, "keepalived.conf");
        File.WriteAllText(
            file,
            $"global_defs {{\n enable_script_security\n}}\nvrrp_instance A {{\n interface {VethPair.FarName}\n state MASTER\n virtual_router_id 52\n priority 100\n advert_int 1\n {options}\n}}\n");
        // timeout(1) ends it also when this process is killed.
        string[] command = ["60", "keepalived", "-n", "-l", "-P", "-f", file, "-p", Path.Combine(_folder, "main.pid"), "-r", Path.Combine(_folder, "vrrp.pid")];
        _keepalived = _link.Far.Invoke(() => Process.Start(new ProcessStartInfo("timeout", command) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!);
        _keepalived.OutputDataReceived += (_, _) => { };
        _keepalived.ErrorDataReceived += (_, _) => { };
        _keepalived.BeginOutputReadLine();
        _keepalived.BeginErrorReadLine();
    }

    private int NearIndex() => _link.Near.Invoke(() => NetworkDevice.Read(VethPair.NearName).Index);

    private VrrpSocket Open(VrrpSocketSettings settings) => _link.Near.Invoke(() => VrrpSocket.Open(settings));

    private static byte[] Receive(VrrpSocket socket, out VrrpDatagram datagram)
    {
        Assert.Equal(1, new PollSet(socket.Descriptor).Wait(Patience));
        byte[] packet = new byte[200];
        Assert.True(socket.TryReceive(packet, out datagram));
        return packet[..datagram.Length];
    }

    /// <summary>RFC 8200 section 8.1.</summary>
    private static int SumWithPseudoHeader(byte[] message, VrrpDatagram datagram)
    {
        byte[] covered = [.. datagram.Source.ToIPAddress().GetAddressBytes(), .. datagram.Destination.ToIPAddress().GetAddressBytes(), .. message];
        int sum = message.Length + VrrpSocket.ProtocolNumber;
        for (int at = 0; at < covered.Length; at += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(covered.AsSpan(at));
        while (sum > 0xFFFF)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return sum;
    }
}
