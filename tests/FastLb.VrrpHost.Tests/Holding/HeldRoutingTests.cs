using FastLb.Configuration.Model;
using FastLb.Native.Tests.Namespaces;
using FastLb.Netlink.Routing;
using FastLb.Netlink;
using FastLb.Runtime.Tests;
using FastLb.Runtime;
using FastLb.VrrpHost.Holding;

namespace FastLb.VrrpHost.Tests.Holding;

/// <summary>Routes and rules that move with an instance, in the kernel of a namespace.</summary>
public sealed class HeldRoutingTests : IDisposable
{
    private readonly VethPair _pair = new();
    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLog _log = new();
    private readonly Rtnetlink _kernel;
    private readonly KernelJournal _journal;

    public HeldRoutingTests()
    {
        _kernel = _pair.Near.Invoke(Rtnetlink.Open);
        _journal = KernelJournal.Open(_folder.File("journal.json"), _kernel, _log);
    }

    private string Routes => _pair.Near.Run("ip", "route show proto keepalived");

    private string Rules => _pair.Near.Run("ip", "rule show");

    [Fact]
    public void They_are_set_while_held_and_taken_away_after()
    {
        var held = new HeldRouting(Lines("198.51.100.0/24 via 192.0.2.2", "from 192.0.2.100 table 100"), _journal, _log);
        Assert.Equal(["released", "released"], held.Report.Select(line => line.State));

        held.Acquire();

        Assert.StartsWith("198.51.100.0/24 via 192.0.2.2 dev near", Routes, StringComparison.Ordinal);
        Assert.Contains("16384:\tfrom 192.0.2.100 lookup 100", Rules, StringComparison.Ordinal);
        Assert.Equal([("route", "held"), ("rule", "held")], held.Report.Select(line => (line.Kind, line.State)));

        held.Release();

        Assert.Empty(Routes);
        Assert.DoesNotContain("192.0.2.100", Rules, StringComparison.Ordinal);
        Assert.Equal(["released", "released"], held.Report.Select(line => line.State));
    }

    [Fact]
    public void What_somebody_takes_away_is_set_again_unless_it_is_not_tracked()
    {
        var held = new HeldRouting(Lines("198.51.100.0/24 via 192.0.2.2 dev near\n 203.0.113.0/24 via 192.0.2.2 dev near no_track", "from 192.0.2.100 table 100"), _journal, _log);
        held.Acquire();
        _pair.Near.Run("ip", "route delete 198.51.100.0/24");
        _pair.Near.Run("ip", "route delete 203.0.113.0/24");
        _pair.Near.Run("ip", "rule delete from 192.0.2.100 table 100");

        held.Restore();

        Assert.Contains("198.51.100.0/24", Routes, StringComparison.Ordinal);
        Assert.DoesNotContain("203.0.113.0/24", Routes, StringComparison.Ordinal);
        Assert.Contains("192.0.2.100", Rules, StringComparison.Ordinal);
        held.Release();
        held.Restore();
        Assert.Empty(Routes);
    }

    [Fact]
    public void Others_take_their_place_at_a_reload_and_those_that_stay_are_left_alone()
    {
        var held = new HeldRouting(Lines("198.51.100.0/24 via 192.0.2.2\n 203.0.113.0/24 via 192.0.2.2", "from 192.0.2.100 table 100"), _journal, _log);
        held.Acquire();

        held.Become(Lines("203.0.113.0/24 via 192.0.2.2", "from 192.0.2.101 table 100"));

        Assert.DoesNotContain("198.51.100.0/24", Routes, StringComparison.Ordinal);
        Assert.Contains("203.0.113.0/24", Routes, StringComparison.Ordinal);
        Assert.DoesNotContain("192.0.2.100", Rules, StringComparison.Ordinal);
        Assert.Contains("192.0.2.101", Rules, StringComparison.Ordinal);
        _journal.UndoAll();
        Assert.Empty(Routes);
    }

    [Fact]
    public void A_line_that_fails_is_told_of_and_keeps_no_other_off()
    {
        var held = new HeldRouting(Lines("198.51.100.0/24 via 10.1.1.1\n 203.0.113.0/24 via 192.0.2.2 table no-such-table\n 203.0.113.0/24 via 192.0.2.2", string.Empty), _journal, _log);

        held.Acquire();

        Assert.Equal(["failed", "failed", "held"], held.Report.Select(line => line.State));
        Assert.Contains(_log.Lines, line => line.Contains("test.conf:", StringComparison.Ordinal) && line.Contains("no-such-table", StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_kernel_refuses_is_told_once_and_set_when_it_can_be()
    {
        var held = new HeldRouting(Lines("198.51.100.0/24 via 203.0.113.9 dev near no_track", string.Empty), _journal, _log);
        held.Acquire();
        Assert.False(held.Restore());
        Assert.Equal("failed", Assert.Single(held.Report).State);
        Assert.Single(_log.Lines, line => line.Contains("198.51.100.0/24", StringComparison.Ordinal));

        _pair.Near.Run("ip", "address add 203.0.113.1/24 dev near");
        Assert.True(held.Restore());

        Assert.Equal("held", Assert.Single(held.Report).State);
        Assert.Contains("198.51.100.0/24 via 203.0.113.9", Routes, StringComparison.Ordinal);
    }

    /// <summary>As keepalived 2.2.7 numbers them, over all instances and for each family by itself.</summary>
    [Fact]
    public void Rules_that_name_no_place_have_one_before_the_other()
    {
        DirectorConfiguration configuration = ConfigurationText.Read(
            """
            static_rules {
              from 192.0.2.101 table 99
            }
            vrrp_instance A {
              interface near
              virtual_router_id 1
              no_virtual_ipaddress
              virtual_rules {
                from 192.0.2.102 table 100
                from 192.0.2.103 table 101
                from 2001:db8::1 table 102
              }
            }
            vrrp_instance B {
              interface near
              virtual_router_id 2
              no_virtual_ipaddress
              virtual_rules {
                to 192.0.2.9 table 100
                to 192.0.2.10 table 100 priority 77
              }
            }
            """);
        RoutingLines lines = RoutingLines.Of(configuration, RoutingNames.BuiltIn);
        Assert.Equal([16384], lines.Static.Select(line => line.Rule!.Priority));
        Assert.Equal([16383, 16382, 16384], lines.OfInstances["A"].Select(line => line.Rule!.Priority));
        Assert.Equal([16381, 77], lines.OfInstances["B"].Select(line => line.Rule!.Priority));
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _folder.Dispose();
        _pair.Dispose();
    }

    private static RoutingLine[] Lines(string routes, string rules) => RoutingLines.Of(
        ConfigurationText.Read(
            $$"""
            vrrp_instance VI_1 {
              interface near
              virtual_router_id 51
              virtual_ipaddress {
                192.0.2.100
              }
              virtual_routes {
                {{routes}}
              }
              virtual_rules {
                {{rules}}
              }
            }
            """),
        RoutingNames.BuiltIn).OfInstances["VI_1"];
}
