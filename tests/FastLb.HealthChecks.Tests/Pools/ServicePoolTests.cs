using FastLb.Configuration.Model;
using FastLb.HealthChecks.Pools;
using FastLb.HealthChecks.Tests.Scripts;

namespace FastLb.HealthChecks.Tests.Pools;

/// <summary>
/// Who gets connections. In the tables, the service has servers 1, 2 and 3 of weights 1, 2 and 3, the second inhibited; a pool reads number:weight.
/// </summary>
public sealed class ServicePoolTests
{
    [Theory]
    [InlineData("+++", "1:1 2:2 3:3", true)]
    [InlineData("-++", "2:2 3:3", true)]
    [InlineData("+-+", "1:1 2:0 3:3", true)]
    [InlineData("--+", "2:0 3:3", true)]
    [InlineData("---", "2:0", false)]
    public void Without_sorry_server_who_is_dead_is_out_or_has_no_weight(string alive, string members, bool hasQuorum) =>
        Check(Services.Service(Three()), alive, null, members, hasQuorum);

    [Theory]
    [InlineData("+++", true, "1:1 2:2 3:3", true)]
    [InlineData("++-", true, "1:1 2:2", false)] // the live stay although the quorum is lost
    [InlineData("--+", false, "2:0 3:3", false)]
    [InlineData("+-+", false, "1:1 2:0 3:3", true)]
    public void Without_sorry_server_a_lost_quorum_changes_nothing_in_the_pool(string alive, bool had, string members, bool hasQuorum) =>
        Check(Services.Service(Three()) with { Quorum = 4 }, alive, had, members, hasQuorum);

    [Theory]
    [InlineData("+++", null, "1:1 2:2 3:3", true)]
    [InlineData("---", null, "2:0 99:1", false)]
    [InlineData("+++", false, "1:1 2:2 3:3", true)]
    [InlineData("++-", true, "1:1 2:2", true)] // 3 is within the hysteresis, so that the state stays
    [InlineData("++-", false, "2:0 99:1", false)]
    [InlineData("++-", null, "2:0 99:1", false)]
    [InlineData("-+-", true, "2:0 99:1", false)] // alive, but without weight beside the sorry server
    [InlineData("--+", false, "2:0 99:1", false)]
    [InlineData("-++", false, "2:2 3:3", true)]
    public void With_sorry_server_it_takes_the_place_of_the_live(string alive, bool? had, string members, bool hasQuorum) =>
        Check(Services.Service(Three()) with { Quorum = 4, Hysteresis = 1, SorryServer = Services.Sorry() }, alive, had, members, hasQuorum);

    [Fact]
    public void The_sorry_server_has_a_method_of_its_own_and_is_marked()
    {
        VirtualServer service = Services.Service(Three()) with { SorryServer = Services.Sorry() };
        var pool = ServicePool.Compute(service, [false, false, false], hadQuorum: true);
        Assert.True(pool.HasSorryServer);
        Assert.Equal(new PoolMember(Services.AddressOf(99), 80, 1, ForwardingMethod.Nat, IsSorryServer: true), pool.Members[^1]);
        Assert.Equal(new PoolMember(Services.AddressOf(2), 80, 0, ForwardingMethod.DirectRouting), pool.Members[0]);
    }

    [Fact]
    public void A_sorry_server_that_is_a_real_server_too_is_in_the_pool_once()
    {
        VirtualServer service = Services.Service(Three()) with { SorryServer = Services.Sorry(2) };
        Check(service, "---", true, "2:1", hasQuorum: false);
        Check(service, "+++", false, "1:1 2:2 3:3", hasQuorum: true);
    }

    [Fact]
    public void A_live_server_without_weight_is_in_the_pool_but_holds_no_quorum()
    {
        VirtualServer service = Services.Service(Services.Server(1, weight: 0), Services.Server(2));
        Check(service, "++", null, "1:0 2:1", hasQuorum: true);
        Check(service, "+-", true, "1:0", hasQuorum: false);
    }

    [Fact]
    public void Weights_are_summed_beyond_the_range_of_one()
    {
        VirtualServer service = Services.Service([.. Enumerable.Range(1, 3).Select(number => Services.Server(number, weight: int.MaxValue))]);
        Assert.Equal(3L * int.MaxValue, ServicePool.Compute(service, [true, true, true], null).LiveWeight);
    }

    private static RealServer[] Three() => [Services.Server(1), Services.Server(2, weight: 2, inhibit: true), Services.Server(3, weight: 3)];

    private static void Check(VirtualServer service, string alive, bool? had, string members, bool hasQuorum)
    {
        var pool = ServicePool.Compute(service, [.. alive.Select(c => c == '+')], had);
        Assert.Equal(members, string.Join(' ', pool.Members.Select(member => $"{member.Address.GetAddressBytes()[3]}:{member.Weight}")));
        Assert.Equal(hasQuorum, pool.HasQuorum);
    }
}
