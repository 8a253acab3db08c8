using FastLb.Configuration.Model;
using FastLb.Netlink;
using FastLb.Runtime.Tests;
using FastLb.VrrpHost.Interfaces;
using Microsoft.Extensions.Time.Testing;

namespace FastLb.VrrpHost.Tests.Interfaces;

/// <summary>Interfaces whose drivers are asked for the link, and drivers that know this or that.</summary>
public sealed class PolledLinksTests : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLog _log = new();
    private readonly Dictionary<(string, LinkbeatMethod), bool> _drivers = [];
    private readonly HashSet<string> _interfaces = ["near", "other", "third"];
    private readonly List<(string Name, LinkbeatMethod Method)> _asked = [];
    private readonly PolledLinks _links;
    private LinkFlags _flags = LinkFlags.Up | LinkFlags.Running;
    private int _changes;

    public PolledLinksTests() => _links = new PolledLinks(name => _interfaces.Contains(name) ? new LinkInfo(3, name, 1500, _flags) : null, Ask, _time, _log) { Changed = () => _changes++ };

    private bool IsRunning => _links.Find("near")!.IsRunning;

    [Fact]
    public void Link_is_down_while_its_driver_says_so()
    {
        _drivers[("near", LinkbeatMethod.Mii)] = true;
        _links.Use(Configuration("linkbeat_interfaces {\n near\n}"));
        Assert.True(IsRunning);

        _drivers[("near", LinkbeatMethod.Mii)] = false;
        Assert.True(IsRunning); // nobody has asked yet
        _time.Advance(Period);
        Assert.False(IsRunning);
        Assert.Equal(1, _changes);
        _time.Advance(Period);
        Assert.Equal(1, _changes);

        _drivers[("near", LinkbeatMethod.Mii)] = true;
        _time.Advance(Period);
        Assert.True(IsRunning);
        Assert.Equal(2, _changes);
    }

    [Fact]
    public void Link_that_is_down_at_the_start_is_so_at_once()
    {
        _drivers[("near", LinkbeatMethod.Ethtool)] = false;

        _links.Use(Configuration("linkbeat_interfaces {\n near\n}"));

        Assert.False(IsRunning);
    }

    [Theory]
    [InlineData("near", new[] { LinkbeatMethod.Mii, LinkbeatMethod.Ethtool }, LinkbeatMethod.Mii)]
    [InlineData("near", new[] { LinkbeatMethod.Ethtool }, LinkbeatMethod.Ethtool)]
    [InlineData("near MII", new[] { LinkbeatMethod.Ethtool }, LinkbeatMethod.Ethtool)]
    [InlineData("near ETHTOOL", new[] { LinkbeatMethod.Mii, LinkbeatMethod.Ethtool }, LinkbeatMethod.Ethtool)]
    [InlineData("near ETHTOOL", new[] { LinkbeatMethod.Mii }, LinkbeatMethod.Mii)]
    [InlineData("near IOCTL", new[] { LinkbeatMethod.Mii, LinkbeatMethod.Ethtool }, null)]
    [InlineData("near", new LinkbeatMethod[0], null)]
    public void Driver_is_asked_by_the_first_method_that_it_knows(string line, LinkbeatMethod[] known, LinkbeatMethod? expected)
    {
        foreach (LinkbeatMethod method in known)
            _drivers[("near", method)] = true;
        _links.Use(Configuration($"linkbeat_interfaces {{\n {line}\n}}"));
        _asked.Clear();

        _time.Advance(Period);

        Assert.Equal(expected is { } one ? [("near", one)] : [], _asked);
        Assert.Single(_log.Lines, text => text.Contains($"asked for by {expected?.ToString().ToUpperInvariant() ?? "IOCTL"}", StringComparison.Ordinal));
        Assert.True(IsRunning);
    }

    [Fact]
    public void Flags_that_change_without_an_event_are_noticed()
    {
        _links.Use(Configuration("linkbeat_interfaces {\n near IOCTL\n}"));

        _flags = LinkFlags.Up;
        _time.Advance(Period);

        Assert.Equal(1, _changes);
        Assert.False(IsRunning);
    }

    [Theory]
    [InlineData("", "", "")]
    [InlineData("linkbeat_use_polling", "", "near other third")]
    [InlineData("", "linkbeat_use_polling", "near")]
    [InlineData("linkbeat_interfaces {\n third\n unused\n}", "", "third")]
    [InlineData("linkbeat_interfaces {\n third ETHTOOL\n}", "linkbeat_use_polling", "near third")]
    public void Those_are_asked_for_that_the_configuration_names_and_instances_use(string root, string ofInstance, string expected)
    {
        _links.Use(Configuration(root, ofInstance));

        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), _asked.Select(one => one.Name).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Interface_that_comes_is_asked_for_then()
    {
        _interfaces.Remove("near");
        _links.Use(Configuration("linkbeat_interfaces {\n near\n}"));
        Assert.Null(_links.Find("near"));
        _time.Advance(Period);
        Assert.Empty(_asked);

        _interfaces.Add("near");
        _drivers[("near", LinkbeatMethod.Ethtool)] = false;
        _time.Advance(Period);

        Assert.False(IsRunning);
    }

    [Fact]
    public void Reload_asks_no_more_for_those_that_are_gone()
    {
        _drivers[("near", LinkbeatMethod.Mii)] = false;
        _links.Use(Configuration("linkbeat_interfaces {\n near\n}"));
        Assert.False(IsRunning);
        _asked.Clear();

        _links.Use(Configuration(string.Empty));
        _time.Advance(Period);

        Assert.True(IsRunning);
        Assert.Empty(_asked);
    }

    public void Dispose() => _links.Dispose();

    private static DirectorConfiguration Configuration(string root, string ofInstance = "") => ConfigurationText.Parse(
        $$"""
        {{root}}
        vrrp_instance VI_1 {
          interface near
          virtual_router_id 51
          {{ofInstance}}
          track_interface {
            other
          }
          virtual_ipaddress {
            192.0.2.100/32
            192.0.2.101/32 dev third
          }
        }
        """);

    private bool? Ask(string name, LinkbeatMethod method)
    {
        _asked.Add((name, method));
        return _drivers.TryGetValue((name, method), out bool isUp) ? isUp : null;
    }
}
