using System.Net;
using System.Net.Sockets;
using FastLb.Bfd.Hosting;
using FastLb.Configuration.Model;
using FastLb.Native;
using FastLb.Native.Bfd;
using FastLb.Native.Tests.Namespaces;
using Microsoft.Extensions.Logging;

namespace FastLb.Bfd.Tests.Hosts;

/// <summary>Two hosts with real sockets and threads, in two namespaces that a veth pair joins.</summary>
public sealed class BfdHostTests : IDisposable
{
    private readonly DualStackPair _pair = new();

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void Sessions_of_both_families_and_kinds_come_up_and_fall_with_the_link_and_come_back_with_it()
    {
        BfdSession[] sessions =
        [
            RunningHost.Session("four", VethPair.FarAddress, VethPair.NearAddress),
            RunningHost.Session("six", DualStackPair.FarAddress6, DualStackPair.NearAddress6),
            RunningHost.Session("far four", VethPair.FarAddress) with { IsMultihop = true },
            RunningHost.Session("far six", DualStackPair.FarAddress6) with { IsMultihop = true, IsPassive = true },
        ];
        using RunningHost near = new(_pair.Near, sessions);
        using RunningHost far = new(_pair.Far, [.. sessions.Select(Mirrored)]);

        foreach (BfdSession session in sessions)
        {
            BfdStatus status = near.Until(session.Name, status => status is { IsUp: true, RemoteState: BfdState.Up, TransmitInterval.TotalMilliseconds: 50 });
            Assert.Equal((BfdDiagnostic.None, null), (status.Diagnostic, status.Obstacle));
            Assert.Equal(IPAddress.Parse(session.Name.EndsWith("four", StringComparison.Ordinal) ? VethPair.NearAddress : DualStackPair.NearAddress6), status.Local);
            near.Until(session.Name, status => status.DetectionTime == TimeSpan.FromSeconds(2));
            far.UntilUp(session.Name);
        }

        _pair.Near.Run("ip", $"link set {VethPair.NearName} down");
        foreach (BfdSession session in sessions)
        {
            Assert.Equal(BfdDiagnostic.DetectionTimeExpired, far.Until(session.Name, status => !status.IsUp).Diagnostic);
            near.Until(session.Name, status => !status.IsUp);
        }

        _pair.Near.Run("ip", $"link set {VethPair.NearName} up");
        _pair.Near.Run("ip", $"-6 address replace {DualStackPair.NearAddress6}/64 dev {VethPair.NearName} nodad"); // went with the link
        foreach (BfdSession session in sessions)
        {
            near.UntilUp(session.Name);
            far.UntilUp(session.Name);
            Assert.Equal([true, false, true], far.Events.Where(told => told.Session == session.Name).Select(told => told.IsUp));
        }
    }

    [Fact]
    public void Link_local_neighbour_is_found_by_its_interface()
    {
        string near = LinkLocal(_pair.Near, VethPair.NearName), far = LinkLocal(_pair.Far, VethPair.FarName);
        using RunningHost one = new(_pair.Near, RunningHost.Session("peer", $"{far}%{_pair.NearIndex}", near));
        using RunningHost other = new(_pair.Far, RunningHost.Session("peer", $"{near}%{_pair.FarIndex}"));

        one.UntilUp();
        other.UntilUp();
    }

    [Fact]
    public void Host_that_is_disposed_of_tells_its_neighbour_that_this_is_on_purpose()
    {
        using RunningHost far = new(_pair.Far, RunningHost.Session("peer", VethPair.NearAddress));
        using (RunningHost near = new(_pair.Near, RunningHost.Session("peer", VethPair.FarAddress)))
        {
            near.UntilUp();
            far.UntilUp();
            near.Host.Dispose();
            Assert.Equal([true], near.Events.Select(told => told.IsUp));
            Assert.Empty(near.Host.Statuses);
        }

        far.Until(() => far.Events.Count == 2, "told");
        far.Until(() => far.Log.Has(LogLevel.Warning, "is Down: NeighbourSignalledDown"), "logged");
    }

    [Fact]
    public void Reload_keeps_sessions_up_tells_other_intervals_by_a_poll_and_ends_and_begins_the_rest()
    {
        BfdSession kept = RunningHost.Session("kept", VethPair.FarAddress), gone = RunningHost.Session("gone", DualStackPair.FarAddress6);
        using RunningHost near = new(_pair.Near, kept, gone);
        using RunningHost far = new(_pair.Far, Mirrored(kept), Mirrored(gone));
        near.UntilUp("kept");
        near.UntilUp("gone");
        far.Until("kept", status => status is { IsUp: true, DetectionTime.TotalMilliseconds: 2000 });
        far.UntilUp("gone");

        BfdSession changed = kept with { TransmitInterval = TimeSpan.FromMilliseconds(300), ReceiveInterval = TimeSpan.FromMilliseconds(200), Multiplier = 30, TimeToLive = 255 };
        near.Host.Reload([changed, RunningHost.Session("new", VethPair.FarAddress) with { IsMultihop = true }]);

        near.Until("kept", status => status is { TransmitInterval.TotalMilliseconds: 300, ReceiveInterval.TotalMilliseconds: 200 });
        far.Until("kept", status => status is { DetectionTime.TotalMilliseconds: 9000, TransmitInterval.TotalMilliseconds: 200 });
        Assert.Equal(BfdDiagnostic.NeighbourSignalledDown, far.Until("gone", status => !status.IsUp).Diagnostic);
        near.Until(() => near.Events.Any(told => told is { Session: "gone", IsUp: false }), "gone is told to be down");
        Assert.Equal(["kept", "new"], near.Host.Statuses.Select(status => status.Name));
        Assert.Equal((1, 1), (near.Until("kept", _ => true).Counters.BecameUp, far.Until("kept", _ => true).Counters.BecameUp));
        Assert.DoesNotContain(near.Events, told => told is { Session: "kept", IsUp: false });
    }

    [Fact]
    public void Port_that_another_program_has_is_waited_for()
    {
        BfdReceiver taken = _pair.Near.Invoke(() => BfdReceiver.Open(AddressFamily.InterNetwork, BfdPorts.SingleHop));
        using RunningHost near = new(_pair.Near, RunningHost.Session("peer", VethPair.FarAddress));
        using RunningHost far = new(_pair.Far, RunningHost.Session("peer", VethPair.NearAddress));
        BfdStatus waiting = near.Until("peer", status => status.Obstacle is not null && status.Counters.SendFailures > 0);
        Assert.Contains("another program on this host speaks BFD", waiting.Obstacle, StringComparison.Ordinal);
        Assert.Equal(0, waiting.Counters.Sent);

        taken.Dispose();

        Assert.Null(near.Until("peer", status => status is { IsUp: true, Obstacle: null }).Obstacle);
        Assert.True(near.Log.Has(LogLevel.Error, "UDP port 3784"));
    }

    [Fact]
    public void Address_that_comes_later_is_waited_for()
    {
        using RunningHost near = new(_pair.Near, RunningHost.Session("peer", VethPair.FarAddress, "192.0.2.9"));
        using RunningHost far = new(_pair.Far, RunningHost.Session("peer", "192.0.2.9"));
        near.Until("peer", status => status.Obstacle?.Contains("no interface of this host has the address", StringComparison.Ordinal) == true);

        _pair.Near.Run("ip", $"address add 192.0.2.9/24 dev {VethPair.NearName}");

        near.UntilUp();
        far.UntilUp();
    }

    [Fact]
    public void Discarded_packets_are_counted_by_reason()
    {
        BfdSession session = RunningHost.Session("peer", VethPair.FarAddress) with { MostHops = 3 };
        using RunningHost near = new(_pair.Near, session);
        near.Until("peer", status => status.State == BfdState.Down);
        using BfdSender stranger = Sender("192.0.2.7", BfdPorts.SingleHop);
        using BfdSender neighbour = Sender(VethPair.FarAddress, BfdPorts.SingleHop);
        using BfdSender otherPort = Sender(VethPair.FarAddress, BfdPorts.Multihop);
        byte[] packet = Down(your: 0);

        neighbour.SetTimeToLive(251);
        neighbour.Send(packet);
        near.Until("peer", status => status.Counters.Discarded[BfdDiscardReason.TooManyHops] == 1);
        neighbour.SetTimeToLive(252);
        neighbour.Send([.. packet[..1], (byte)(packet[1] | 4), packet[2], 26, .. packet[4..], 0, 2]);
        near.Until("peer", status => status.Counters.Discarded[BfdDiscardReason.UnexpectedAuthentication] == 1);
        stranger.Send(packet);
        near.Until(() => near.Host.Strays[BfdDiscardReason.UnknownNeighbour] == 1, "unknown neighbour");
        neighbour.Send(Down(your: 1));
        near.Until(() => near.Host.Strays[BfdDiscardReason.UnknownDiscriminator] == 1, "unknown discriminator");
        neighbour.Send([]);
        near.Until(() => near.Host.Strays[BfdDiscardReason.Truncated] == 1, "truncated");
        otherPort.Send(packet); // nobody has that port: the kernel's affair
        neighbour.Send(packet);

        BfdStatus status = near.Until("peer", status => status.State == BfdState.Init);
        Assert.Equal(1, status.Counters.Received);
        Assert.Equal(2, status.Counters.Discarded.Values.Sum());
        Assert.Equal(3, near.Host.Strays.Values.Sum());
    }

    [Fact]
    public void Any_datagram_is_counted_and_harms_nothing()
    {
        using RunningHost near = new(_pair.Near, RunningHost.Session("peer", VethPair.FarAddress));
        using RunningHost far = new(_pair.Far, RunningHost.Session("peer", VethPair.NearAddress));
        near.UntilUp();
        using BfdSender stranger = Sender("192.0.2.7", BfdPorts.SingleHop);
        var random = new Random(3);
        int sent = 0;
        while (sent < 1000)
        {
            for (int end = sent + 50; sent < end; sent++) // no more than the socket has room for
            {
                byte[] payload = new byte[random.Next(300)];
                random.NextBytes(payload);
                Down(your: 0).AsSpan(0, random.Next(Math.Min(payload.Length, 16) + 1)).CopyTo(payload);
                Assert.Equal(Errno.None, stranger.Send(payload));
            }

            near.Until(() => near.Host.Strays.Values.Sum() == sent, "counted");
        }

        Assert.True(near.Host.Strays.Values.Count(count => count > 0) > 3);
        near.UntilUp();
    }

    [Fact]
    public void Sessions_of_a_thread_that_can_not_go_on_are_told_to_be_down()
    {
        Exception? failure = null;
        var told = new System.Collections.Concurrent.ConcurrentQueue<bool>();
        using RunningHost far = new(_pair.Far, RunningHost.Session("peer", VethPair.NearAddress));
        void Changed(BfdEvent happened)
        {
            told.Enqueue(happened.IsUp);
            if (happened.IsUp)
                throw new InvalidOperationException("for the test");
        }

        FastLb.Runtime.Tests.RecordingLog log = new();
        using BfdHost host = new([RunningHost.Session("peer", VethPair.FarAddress)], Changed, log, fault => failure = fault);
        _pair.Near.Invoke(host.Start);

        far.Until(() => failure is not null, "failed");
        Assert.Equal([true, false], told);
        Assert.Equal(BfdState.AdminDown, Assert.Single(host.Statuses).State);
        far.Until(() => log.Has(LogLevel.Critical, "for the test"), "logged");
    }

    [Theory]
    [InlineData(null, 0, 64, true)] // what keepalived sends by itself
    [InlineData(null, 0, 63, false)]
    [InlineData(255, 0, 254, false)]
    [InlineData(255, 2, 253, true)]
    [InlineData(255, 255, 1, true)]
    [InlineData(255, -1, 255, false)]
    public void Hop_limit_is_held_against_what_the_neighbour_is_expected_to_send(int? timeToLive, int mostHops, byte arriving, bool isHeeded)
    {
        BfdSession session = RunningHost.Session("peer", DualStackPair.FarAddress6) with { TimeToLive = (byte?)timeToLive, MostHops = mostHops };
        using RunningHost near = new(_pair.Near, session);
        near.Until("peer", status => status.State == BfdState.Down);
        using BfdSender neighbour = _pair.Far.Invoke(() => BfdSender.Open(
            new BfdSenderSettings(IPAddress.Parse(DualStackPair.NearAddress6), BfdPorts.SingleHop, IPAddress.Parse(DualStackPair.FarAddress6), arriving)));

        neighbour.Send(Down(your: 0));

        near.Until("peer", status => isHeeded ? status.State == BfdState.Init : status.Counters.Discarded[BfdDiscardReason.TooManyHops] == 1);
    }

    private static BfdSession Mirrored(BfdSession session)
    {
        bool isIpv6 = session.Neighbour.AddressFamily == AddressFamily.InterNetworkV6;
        return session with
        {
            Neighbour = IPAddress.Parse(isIpv6 ? DualStackPair.NearAddress6 : VethPair.NearAddress),
            SourceAddress = IPAddress.Parse(isIpv6 ? DualStackPair.FarAddress6 : VethPair.FarAddress),
            IsPassive = false,
        };
    }

    private static byte[] Down(uint your)
    {
        byte[] bytes = new byte[BfdControlPacket.Length];
        new BfdControlPacket(BfdState.Down, 99, your)
        {
            DetectMultiplier = 200,
            DesiredMinTransmit = TimeSpan.FromSeconds(1),
            RequiredMinReceive = TimeSpan.FromSeconds(1),
        }.Write(bytes);
        return bytes;
    }

    private static string LinkLocal(NetworkNamespace network, string nic) =>
        network.Run("ip", $"-6 -oneline address show dev {nic} scope link").Split("inet6 ")[1].Split('/')[0];

    private BfdSender Sender(string source, ushort port)
    {
        if (source != VethPair.FarAddress)
            _pair.Far.Run("ip", $"address add {source}/24 dev {VethPair.FarName}");
        return _pair.Far.Invoke(() => BfdSender.Open(new BfdSenderSettings(IPAddress.Parse(VethPair.NearAddress), port, IPAddress.Parse(source))));
    }
}
