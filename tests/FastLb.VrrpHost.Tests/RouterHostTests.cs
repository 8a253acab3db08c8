using System.Diagnostics;
using FastLb.Configuration.Model;
using FastLb.Messaging;
using FastLb.Native.Tests.Namespaces;
using FastLb.Runtime;
using FastLb.Runtime.Tests;
using FastLb.VrrpChannel;

namespace FastLb.VrrpHost.Tests;

/// <summary>All of a VRRP process, in a namespace: what is there in every state of its instances, and what that means to them.</summary>
public sealed class RouterHostTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly VethPair _pair = new();
    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLog _log = new();
    private CancellationTokenSource _ending = new();
    private RouterHost? _host;
    private Task _following = Task.CompletedTask;

    public RouterHostTests()
    {
        _pair.Near.Run("ip", "link add other type veth peer name other-peer");
        _pair.Near.Run("ip", "link set other up");
        _pair.Near.Run("ip", "link set other-peer up");
    }

    private RuntimeDirectory Runtime => new(_folder.File("run"));

    private string Addresses => _pair.Near.Run("ip", "address show dev other");

    private string Routes => _pair.Near.Run("ip", "route show proto keepalived");

    private string Rules => _pair.Near.Run("ip", "rule show");

    [Fact]
    public async Task Static_things_are_there_without_an_instance_are_put_back_and_go_with_the_process()
    {
        await Start("static_ipaddress {\n 198.51.100.5/24 dev other\n}\nstatic_routes {\n 203.0.113.0/24 via 198.51.100.9 dev other\n}\nstatic_rules {\n from 198.51.100.5 table 100 preference 99\n}\n");
        Assert.Contains("198.51.100.5/24", Addresses, StringComparison.Ordinal);
        Assert.Contains("203.0.113.0/24 via 198.51.100.9", Routes, StringComparison.Ordinal);
        Assert.Contains("99:\tfrom 198.51.100.5 lookup 100", Rules, StringComparison.Ordinal);

        _pair.Near.Run("ip", "address delete 198.51.100.5/24 dev other"); // which takes the route along
        _pair.Near.Run("ip", "rule delete preference 99");

        await Until(() => Addresses.Contains("198.51.100.5/24", StringComparison.Ordinal)
            && Routes.Contains("203.0.113.0/24", StringComparison.Ordinal) && Rules.Contains("99:", StringComparison.Ordinal));
        await Until(async () => (await Read()).Static is var held && held.Addresses.Select(address => address.State).Concat(held.Routing.Select(line => line.State)).All(state => state == "held"));

        await End();
        Assert.DoesNotContain("198.51.100.5", Addresses, StringComparison.Ordinal);
        Assert.Empty(Routes);
        Assert.DoesNotContain("99:", Rules, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Route_comes_back_with_the_link_of_its_interface()
    {
        await Start("static_ipaddress {\n 198.51.100.5/24 dev other\n}\nstatic_routes {\n 203.0.113.0/24 via 198.51.100.9 dev other\n}\n");

        _pair.Near.Run("ip", "link set other down"); // the kernel takes the route away, and tells nobody
        Assert.Empty(Routes);
        _pair.Near.Run("ip", "link set other up");

        await Until(() => Routes.Contains("203.0.113.0/24 via 198.51.100.9", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Interface_that_comes_late_or_is_made_anew_gets_its_address()
    {
        await Start("static_ipaddress {\n 198.51.100.5/24 dev late\n}\n");
        for (int i = 0; i < 2; i++)
        {
            await Until(async () => (await Read()).Static.Addresses[0].State == "waiting");
            _pair.Near.Run("ip", "link add late type veth peer name late-peer");
            await Until(() => _pair.Near.Run("ip", "address show dev late").Contains("198.51.100.5/24", StringComparison.Ordinal));
            await Until(async () => (await Read()).Static.Addresses[0].State == "held");
            _pair.Near.Run("ip", "link delete late");
        }
    }

    [Fact]
    public async Task Reload_applies_what_is_different()
    {
        await Start("static_ipaddress {\n 198.51.100.5/24 dev other\n}\nstatic_routes {\n 203.0.113.0/24 dev other\n}\n");

        await _host!.Reload(ConfigurationText.Parse("static_ipaddress {\n 198.51.100.6/24 dev other\n}\nstatic_routes {\n 203.0.112.0/24 dev other\n}\n"));

        Assert.DoesNotContain("198.51.100.5", Addresses, StringComparison.Ordinal);
        Assert.Contains("198.51.100.6/24", Addresses, StringComparison.Ordinal);
        Assert.DoesNotContain("203.0.113.0", Routes, StringComparison.Ordinal);
        Assert.Contains("203.0.112.0/24", Routes, StringComparison.Ordinal);
        await _host.Reload(ConfigurationText.Parse(string.Empty));
        Assert.DoesNotContain("198.51.100", Addresses, StringComparison.Ordinal);
        Assert.Empty(Routes);
    }

    [Fact]
    public async Task Successor_of_a_killed_process_goes_on_with_what_is_static()
    {
        const string text = "static_ipaddress {\n 198.51.100.5/24 dev other\n}\nstatic_routes {\n 203.0.113.0/24 dev other\n}\n";
        await Start(text);
        string journal = File.ReadAllText(Runtime.StaticJournal);
        await End();
        _pair.Near.Run("ip", "address add 198.51.100.5/24 dev other"); // as if it had been killed
        _pair.Near.Run("ip", "route add 203.0.113.0/24 dev other proto keepalived");
        File.WriteAllText(Runtime.StaticJournal, journal);

        await Start(text);
        VrrpStaticStatus held = (await Read()).Static;
        await End();

        Assert.Equal(["held", "held"], [held.Addresses[0].State, held.Routing[0].State]);
        Assert.DoesNotContain("198.51.100.5", Addresses, StringComparison.Ordinal);
        Assert.Empty(Routes);
    }

    [Fact]
    public async Task Instance_advertises_from_a_static_address_and_is_at_fault_while_the_interface_of_one_that_it_tracks_is_down()
    {
        _pair.Near.Run("ip", "address flush dev near");
        await Start(
            """
            track_group T {
              group {
                VI_1
              }
            }
            static_ipaddress {
              192.0.2.1/24 dev near
              198.51.100.5/24 dev other track_group T
            }
            vrrp_instance VI_1 {
              interface near
              virtual_router_id 51
              priority 200
              virtual_ipaddress {
                192.0.2.100/32
              }
            }
            """);
        await Until(async () => await State() == VrrpState.Backup);

        _pair.Near.Run("ip", "link set other-peer down");
        await Until(async () => await State() == VrrpState.Fault);
        Assert.Equal("the tracked interface other is down", (await Read()).Instances[0].Cause);

        _pair.Near.Run("ip", "link set other-peer up");
        await Until(async () => await State() == VrrpState.Backup);
    }

    [Fact]
    public async Task Loss_of_a_link_counts_after_its_delay()
    {
        await Start(
            """
            interface_up_down_delays {
              other 1.5 0
            }
            vrrp_instance VI_1 {
              interface near
              virtual_router_id 51
              track_interface {
                other
              }
              virtual_ipaddress {
                192.0.2.100/32
              }
            }
            """);
        await Until(async () => await State() == VrrpState.Backup);
        long began = Stopwatch.GetTimestamp();
        _pair.Near.Run("ip", "link set other-peer down");

        await Until(async () => await State() == VrrpState.Fault);

        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.FromSeconds(1.45), Patience);
        _pair.Near.Run("ip", "link set other-peer up");
        await Until(async () => await State() == VrrpState.Backup);
    }

    public async ValueTask DisposeAsync()
    {
        await End();
        _ending.Dispose();
        _folder.Dispose();
        _pair.Dispose();
    }

    private async Task Start(string text)
    {
        Runtime.Create();
        DirectorConfiguration configuration = ConfigurationText.Parse(text);
        _host = _pair.Near.Invoke(() => new RouterHost(configuration, Runtime, fault => Assert.Fail(fault.Message), _log));
        await _host.Start(predecessorEnded: null);
        _following = _host.FollowInterfaces(_ending.Token);
    }

    private async Task End()
    {
        if (_host is null)
            return;
        await _ending.CancelAsync();
        await _following;
        await _host.DisposeAsync();
        _host = null;
        _ending.Dispose();
        _ending = new CancellationTokenSource();
    }

    private async Task<VrrpState> State() => (await Read()).Instances[0].State;

    private async Task<VrrpReport> Read()
    {
        await using MessageChannel<VrrpMessage> control = new(await LocalSocket.Connect(Runtime.VrrpSocket, TestContext.Current.CancellationToken), VrrpJson.Default.VrrpMessage);
        return Assert.IsType<VrrpReport>(await control.Receive(TestContext.Current.CancellationToken));
    }

    private static Task Until(Func<bool> reached) => Until(() => Task.FromResult(reached()));

    private static async Task Until(Func<Task<bool>> reached)
    {
        long began = Stopwatch.GetTimestamp();
        while (!await reached())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, "not reached");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
