using FastLb.Bfd.Hosting;
using FastLb.Bfd.Tests.Hosts;
using FastLb.Configuration.Model;
using FastLb.Native.Tests.Namespaces;

namespace FastLb.Bfd.Tests.Peers;

/// <summary>Sessions with BIRD 2, over a veth pair.</summary>
public sealed class BirdTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DualStackPair _pair = new();

    public void Dispose() => _pair.Dispose();

    [Theory]
    [InlineData(VethPair.NearAddress, VethPair.FarAddress)]
    [InlineData(DualStackPair.NearAddress6, DualStackPair.FarAddress6)]
    public void Session_comes_up_at_both_ends_at_the_agreed_intervals_and_falls_when_bird_dies_and_comes_back_with_it(string near, string far)
    {
        string bfd = SingleHop(near, far, milliseconds: 60);
        using BirdPeer bird = new(_pair.Far, bfd);
        using RunningHost host = new(_pair.Near, RunningHost.Session("peer", far, near));

        BfdStatus up = host.Until("peer", status => status is { IsUp: true, RemoteState: BfdState.Up, DetectionTime.TotalMilliseconds: 2400 });
        bird.Until(near, session => session.Contains(" Up ", StringComparison.Ordinal) && session.Contains(" 0.060 ", StringComparison.Ordinal));
        Assert.Equal(60, up.ReceiveInterval.TotalMilliseconds);
        host.Until("peer", status => status.TransmitInterval?.TotalMilliseconds == 60);

        bird.Kill();
        DateTimeOffset killed = TimeProvider.System.GetUtcNow();
        BfdStatus down = host.Until("peer", status => !status.IsUp);
        Assert.Equal((BfdState.Down, BfdDiagnostic.DetectionTimeExpired), (down.State, down.Diagnostic));
        Assert.InRange(down.Since, up.Since, killed + up.DetectionTime + Patience);

        bird.Restart(bfd);
        host.UntilUp();
        bird.Until(near, session => session.Contains(" Up ", StringComparison.Ordinal));
        Assert.Equal([true, false, true], host.Events.Select(told => told.IsUp));
    }

    [Theory]
    [InlineData(VethPair.NearAddress, VethPair.FarAddress)]
    [InlineData(DualStackPair.NearAddress6, DualStackPair.FarAddress6)]
    public void Intervals_change_at_either_end_while_the_session_stays_up(string near, string far)
    {
        using BirdPeer bird = new(_pair.Far, SingleHop(near, far, milliseconds: 100));
        BfdSession session = RunningHost.Session("peer", far, near);
        using RunningHost host = new(_pair.Near, session);
        host.Until("peer", status => status is { IsUp: true, TransmitInterval.TotalMilliseconds: 100, ReceiveInterval.TotalMilliseconds: 100 });

        bird.Configure(SingleHop(near, far, milliseconds: 400));
        host.Until("peer", status => status is { TransmitInterval.TotalMilliseconds: 400, ReceiveInterval.TotalMilliseconds: 400, DetectionTime.TotalMilliseconds: 16000 });
        bird.Configure(SingleHop(near, far, milliseconds: 100));
        host.Until("peer", status => status is { TransmitInterval.TotalMilliseconds: 100, DetectionTime.TotalMilliseconds: 4000 });

        host.Host.Reload([session with { TransmitInterval = TimeSpan.FromMilliseconds(700), ReceiveInterval = TimeSpan.FromMilliseconds(300), Multiplier = 30 }]);
        host.Until("peer", status => status is { TransmitInterval.TotalMilliseconds: 700, ReceiveInterval.TotalMilliseconds: 300 });
        bird.Until(near, line => line.Contains(" 0.300 ", StringComparison.Ordinal) && line.TrimEnd().EndsWith("21.000", StringComparison.Ordinal)); // 30 * 700 ms
        host.Host.Reload([session]);
        host.Until("peer", status => status is { TransmitInterval.TotalMilliseconds: 100, ReceiveInterval.TotalMilliseconds: 100 });
        bird.Until(near, line => line.TrimEnd().EndsWith("4.000", StringComparison.Ordinal));

        Assert.Equal([true], host.Events.Select(told => told.IsUp));
    }

    [Fact]
    public void Session_ended_on_purpose_takes_birds_down_at_once()
    {
        using BirdPeer bird = new(_pair.Far, SingleHop(VethPair.NearAddress, VethPair.FarAddress, milliseconds: 60));
        using RunningHost host = new(_pair.Near, RunningHost.Session("peer", VethPair.FarAddress) with { Multiplier = 255, TransmitInterval = TimeSpan.FromSeconds(4000) });
        host.UntilUp(); // with so long a detection time that nothing else could do it
        bird.Until(VethPair.NearAddress, session => session.Contains(" Up ", StringComparison.Ordinal));

        host.Host.Dispose();

        bird.Until(VethPair.NearAddress, session => session.Contains(" Down ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Either_end_may_be_the_passive_one(bool isBirdPassive)
    {
        string passive = isBirdPassive ? " passive yes;" : string.Empty;
        using BirdPeer bird = new(_pair.Far, $"interface \"far\" {{ interval 60 ms;{passive} }};\nneighbor {VethPair.NearAddress} dev \"far\" local {VethPair.FarAddress};");
        using RunningHost host = new(_pair.Near, RunningHost.Session("peer", VethPair.FarAddress) with { IsPassive = !isBirdPassive });

        host.UntilUp();
    }

    [Theory]
    [InlineData(VethPair.NearAddress, VethPair.FarAddress)]
    [InlineData(DualStackPair.NearAddress6, DualStackPair.FarAddress6)]
    public void Multihop_session_comes_up_at_both_ends(string near, string far)
    {
        using BirdPeer bird = new(_pair.Far, $"multihop {{ interval 60 ms; multiplier 40; }};\nneighbor {near} local {far} multihop yes;");
        using RunningHost host = new(_pair.Near, RunningHost.Session("peer", far, near) with { IsMultihop = true, MostHops = 255 });

        host.Until("peer", status => status is { IsUp: true, DetectionTime.TotalMilliseconds: 2400 });
        bird.Until(near, session => session.Contains(" Up ", StringComparison.Ordinal));
    }

    private static string SingleHop(string near, string far, int milliseconds) =>
        $"interface \"far\" {{ interval {milliseconds} ms; idle tx interval 1 s; multiplier 40; }};\nneighbor {near} dev \"far\" local {far};";
}
