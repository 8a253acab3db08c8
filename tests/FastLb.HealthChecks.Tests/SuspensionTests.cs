using System.Net;
using FastLb.Configuration.Model;
using FastLb.HealthChecks.Tests.Scripts;

namespace FastLb.HealthChecks.Tests;

/// <summary>Checks that are made only while the service's address is here (<c>ha_suspend</c>).</summary>
public sealed class SuspensionTests
{
    private static readonly VirtualServer Suspending = Services.Service(Services.Server(1, checks: Services.Check(1)), Services.Server(2)) with { SuspendsChecks = true };

    [Fact]
    public async Task No_probe_is_made_before_the_address_is_here_and_the_first_as_soon_as_it_is()
    {
        await using var run = new HealthRun([Suspending]);
        Assert.True(run.Health.FollowsAddresses);
        run.Start("-+");
        run.Health.FollowAddresses(_ => false);
        await run.To(100);
        Assert.Empty(run.Probes[0].Instants);
        Assert.Equal("1:1 2:1", run.Members());
        Assert.True(run.Health.ReadStatus()[0].IsSuspended);
        run.Health.FollowAddresses(address => address.Equals(IPAddress.Parse("10.0.0.1")));
        await run.To(101);
        Assert.Single(run.Probes[0].Instants);
        Assert.Equal("2:1", run.Members());
        Assert.Equal(
            ["100 ChecksResumed - 10.0.0.1 is on this machine", "100 ServerDown 192.0.2.1:80 TCP_CHECK 192.0.2.1:80: connection refused"], run.Events());
    }

    [Fact]
    public async Task What_is_known_stays_while_the_address_is_elsewhere()
    {
        await using var run = new HealthRun([Suspending]);
        run.Health.FollowAddresses(_ => true);
        run.Start("-+");
        await run.To(5);
        run.Health.FollowAddresses(_ => false);
        run.Health.FollowAddresses(_ => false);
        await run.Clock.Settle(1); // the pause that had begun
        run.Clock.Advance(TimeSpan.FromSeconds(100));
        await run.Clock.Settle(0);
        Assert.Equal("2:1", run.Members());
        Assert.Single(run.Probes[0].Instants);
        run.Health.FollowAddresses(_ => true);
        await run.Clock.Settle(1);
        Assert.Equal("1:1 2:1", run.Members());
        Assert.Equal(["0 ChecksResumed", "0 ServerDown", "5 ChecksSuspended", "105 ChecksResumed", "105 ServerUp"], run.Events().Select(e => string.Join(' ', e.Split(' ')[..2])));
    }

    [Fact]
    public async Task Any_address_of_a_group_will_do_and_a_firewall_mark_is_never_elsewhere()
    {
        VirtualServer group = Suspending with
        {
            Group = "g",
            GroupMembers = [new VirtualEndpoint(IPAddress.Parse("10.0.0.8"), 80, TransportProtocol.Tcp), new VirtualEndpoint(IPAddress.Parse("10.0.0.9"), 80, TransportProtocol.Tcp)],
        };
        await using var run = new HealthRun([group]);
        run.Health.FollowAddresses(address => address.Equals(IPAddress.Parse("10.0.0.9")));
        Assert.False(run.Health.ReadStatus()[0].IsSuspended);
        run.Health.FollowAddresses(_ => false);
        Assert.True(run.Health.ReadStatus()[0].IsSuspended);

        VirtualServer mark = Suspending with { Address = VirtualEndpoint.ForMark(7).Address, Port = 0, Protocol = TransportProtocol.Any };
        await using var marked = new HealthRun([mark]);
        marked.Health.FollowAddresses(_ => false);
        Assert.False(marked.Health.ReadStatus()[0].IsSuspended);
    }

    [Fact]
    public async Task Other_services_are_checked_wherever_their_address_is()
    {
        await using var run = new HealthRun([Suspending with { SuspendsChecks = false }]);
        Assert.False(run.Health.FollowsAddresses);
        run.Start("-+");
        run.Health.FollowAddresses(_ => false);
        await run.To(10);
        Assert.Equal(2, run.Probes[0].Instants.Count);
    }
}
