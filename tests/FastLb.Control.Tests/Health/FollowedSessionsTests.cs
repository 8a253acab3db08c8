using System.Net;
using FastLb.Bfd.Hosting;
using FastLb.Configuration;
using FastLb.Configuration.Model;
using FastLb.Control.Health;
using FastLb.HealthChecks;
using FastLb.Native.Tests.Namespaces;
using FastLb.Runtime.Tests;
using FastLb.VrrpChannel;

namespace FastLb.Control.Tests.Health;

/// <summary>Sessions with a neighbour in another namespace, and what they do to a server.</summary>
public sealed class FollowedSessionsTests : IDisposable
{
    private const string Text = """
        bfd_instance peer {
            neighbor_ip 192.0.2.2
            min_rx 50
            min_tx 50
            multiplier 40
        }
        virtual_server 198.51.100.1 80 {
            lb_algo rr
            lb_kind DR
            protocol TCP
            real_server 192.0.2.2 80 {
                BFD_CHECK {
                    name peer
                    alpha
                }
            }
        }
        """;

    private readonly VethPair _pair = new();
    private readonly RecordingLog _log = new();
    private readonly FollowedSessions _sessions;
    private readonly DirectorConfiguration _configuration;

    public FollowedSessionsTests()
    {
        _sessions = new FollowedSessions(fault => throw fault, _log);
        ConfigurationResult result = ConfigurationLoader.Parse(Text, "test.conf");
        Assert.True(result.CanRun, string.Join('\n', result.Diagnostics));
        _configuration = result.Configuration!;
    }

    public void Dispose()
    {
        _sessions.Dispose();
        _pair.Dispose();
    }

    [Fact]
    public async Task A_server_is_in_the_pool_while_its_session_is_up_over_reloads_too()
    {
        DirectorHealth health = Health();
        _pair.Near.Invoke(() => _sessions.Use(_configuration, health));
        Assert.Empty(health.Pools.Services[0].Members);
        using (BfdHost neighbour = Neighbour())
        {
            await Eventually.Reached(() => health.Pools.Services[0].Members.Count == 1);

            DirectorHealth reloaded = Health(); // which knows nothing but what it is told
            _sessions.Use(_configuration, reloaded);
            Assert.Single(reloaded.Pools.Services[0].Members);
            health = reloaded;
        }

        await Eventually.Reached(() => health.Pools.Services[0].Members.Count == 0);
        using BfdHost again = Neighbour();
        await Eventually.Reached(() => health.Pools.Services[0].Members.Count == 1);
    }

    [Fact]
    public void Session_that_the_vrrp_process_runs_is_heard_of_by_its_reports()
    {
        const string Instance = "vrrp_instance V {\n interface near\n virtual_router_id 1\n track_bfd {\n peer\n }\n virtual_ipaddress {\n 192.0.2.9\n }\n}\n";
        DirectorConfiguration configuration = ConfigurationLoader.Parse(Text + Instance, "test.conf").Configuration!;
        Assert.Equal("peer", Assert.Single(configuration.SessionsOfVrrp).Name);
        DirectorHealth health = Health(configuration);
        _sessions.Use(configuration, health);

        _sessions.Report([Status("down")]);
        Assert.Empty(health.Pools.Services[0].Members);
        _sessions.Report([Status("up")]);
        Assert.Single(health.Pools.Services[0].Members);

        DirectorHealth reloaded = Health(configuration);
        _sessions.Use(configuration, reloaded);
        Assert.Single(reloaded.Pools.Services[0].Members);
        _sessions.Report([Status("down")]);
        Assert.Empty(reloaded.Pools.Services[0].Members);

        static VrrpBfdStatus Status(string state) =>
            new("peer", IPAddress.Parse("192.0.2.2"), null, state, DateTimeOffset.UnixEpoch, string.Empty, 0, 0, 0, new Dictionary<string, long>());
    }

    [Fact]
    public async Task Sessions_that_nobody_follows_any_more_end()
    {
        _pair.Near.Invoke(() => _sessions.Use(_configuration, Health()));
        using BfdHost neighbour = Neighbour();
        await Eventually.Reached(() => neighbour.Statuses is [{ IsUp: true }]);
        _sessions.Use(_configuration with { VirtualServers = [] }, Health());
        await Eventually.Reached(() => neighbour.Statuses is [{ IsUp: false }]);
    }

    private BfdHost Neighbour()
    {
        BfdSession session = new("near", IPAddress.Parse(VethPair.NearAddress))
        {
            ReceiveInterval = TimeSpan.FromMilliseconds(50),
            TransmitInterval = TimeSpan.FromMilliseconds(50),
            Multiplier = 40,
        };
        BfdHost host = new([session], _ => { }, _log);
        _pair.Far.Invoke(host.Start);
        return host;
    }

    private DirectorHealth Health(DirectorConfiguration? configuration = null) => new(
        (configuration ?? _configuration).VirtualServers, new DirectorHealthOptions { Clock = TimeProvider.System, Random = new Random(1) });
}
