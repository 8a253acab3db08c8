using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Services;
using FastLb.Testing;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Pipeline;

/// <summary>Which connections count as answered, unanswered and refused by their server.</summary>
public sealed class FlowOpeningTests : IDisposable
{
    private const TcpFlags SynAcknowledgment = TcpFlags.Syn | TcpFlags.Acknowledgment;

    private readonly PipelineFixture _fixture = new();

    private static FrameBuilder Syn => new();

    private static FrameBuilder FromServer(TcpFlags flags) => new()
    {
        Source = PipelineFixture.Web01Mac,
        Client = PipelineFixture.Web01,
        ClientPort = Syn.ServicePort,
        Service = Syn.Client,
        ServicePort = Syn.ClientPort,
        Flags = flags,
    };

    [Theory]
    [InlineData(ForwardingMethod.DirectRouting, TcpFlags.Acknowledgment)]
    [InlineData(ForwardingMethod.DirectRouting, TcpFlags.Reset)] // a half-open probe that has heard the server
    [InlineData(ForwardingMethod.Tunnel, TcpFlags.Acknowledgment)]
    [InlineData(ForwardingMethod.Tunnel, TcpFlags.Reset)]
    public void Server_whose_replies_are_not_seen_has_answered_when_the_client_goes_on(ForwardingMethod method, TcpFlags flags)
    {
        Use(method);

        _fixture.Process(Syn);
        Assert.Equal((0, 0, 0), Counts);
        _fixture.Process(Syn with { Flags = flags });
        _fixture.Process(Syn with { Flags = TcpFlags.Acknowledgment });
        _fixture.Process(Syn);
        End();

        Assert.Equal((1, 0, 0), Counts);
    }

    [Theory]
    [InlineData(SynAcknowledgment)]
    [InlineData(TcpFlags.Acknowledgment)] // by a server that remembers an earlier connection (RFC 5961)
    public void Server_behind_address_translation_has_answered_with_its_first_segment(TcpFlags flags)
    {
        Use(ForwardingMethod.AddressTranslation);

        _fixture.Process(Syn);
        _fixture.Process(FromServer(flags));
        Assert.Equal((1, 0, 0), Counts);
        _fixture.Process(Syn);
        _fixture.Process(FromServer(flags));
        _fixture.Process(FromServer(TcpFlags.Reset));
        End();

        Assert.Equal((1, 0, 0), Counts);
    }

    [Fact]
    public void Client_that_goes_on_proves_nothing_where_replies_are_seen()
    {
        Use(ForwardingMethod.AddressTranslation);

        _fixture.Process(Syn);
        _fixture.Process(Syn with { Flags = TcpFlags.Reset });
        End();

        Assert.Equal((0, 1, 0), Counts);
    }

    [Fact]
    public void Reset_in_answer_to_a_syn_refuses_the_connection_and_the_clients_next_attempt_is_another()
    {
        Use(ForwardingMethod.AddressTranslation);

        for (int attempt = 1; attempt <= 2; attempt++)
        {
            _fixture.Process(Syn);
            _fixture.Process(FromServer(TcpFlags.Reset | TcpFlags.Acknowledgment));
            _fixture.Process(FromServer(TcpFlags.Reset | TcpFlags.Acknowledgment));
            Assert.Equal((0, 0, attempt), Counts);
        }

        End();
        Assert.Equal((0, 0, 2), Counts);
    }

    [Theory]
    [InlineData(ForwardingMethod.DirectRouting)]
    [InlineData(ForwardingMethod.Tunnel)]
    [InlineData(ForwardingMethod.AddressTranslation)]
    public void Connection_counts_once_as_unanswered_however_often_its_syn_comes_again(ForwardingMethod method)
    {
        Use(method);

        for (int attempt = 0; attempt < 4; attempt++)
        {
            _fixture.Process(Syn);
            Assert.Equal((0, attempt == 0 ? 0 : 1, 0), Counts);
            _fixture.Now += TimeSpan.FromSeconds(1 << attempt);
        }

        End();
        Assert.Equal((0, 1, 0), Counts);
    }

    [Theory]
    [InlineData(ForwardingMethod.DirectRouting)]
    [InlineData(ForwardingMethod.AddressTranslation)]
    public void Connection_that_ends_without_an_answer_is_unanswered(ForwardingMethod method)
    {
        Use(method);

        _fixture.Process(Syn);
        End();

        Assert.Equal((0, 1, 0), Counts);
    }

    [Fact]
    public void Late_answer_counts_beside_the_repeated_syn()
    {
        _fixture.SetServers("rr", new ServerDefinition(PipelineFixture.Web01, 80, 1));

        _fixture.Process(Syn);
        _fixture.Process(Syn);
        _fixture.Process(Syn with { Flags = TcpFlags.Acknowledgment });

        Assert.Equal((1, 1, 0), Counts);
    }

    [Fact]
    public void Frame_that_waited_for_its_next_hop_is_no_repeated_syn()
    {
        Use(ForwardingMethod.DirectRouting);
        _fixture.SetWays(AdjacencyState.Pending);

        _fixture.Process(Syn);
        _fixture.Process(Syn);
        End();
        Assert.Equal((0, 0, 0), Counts); // the server has seen none of it

        _fixture.Process(Syn);
        _fixture.SetWays(AdjacencyState.Resolved);
        _fixture.Process(Syn);
        Assert.Equal((0, 0, 0), Counts);
        _fixture.Process(Syn);
        Assert.Equal((0, 1, 0), Counts);
    }

    [Fact]
    public void Connection_that_began_elsewhere_does_not_count()
    {
        Use(ForwardingMethod.AddressTranslation);
        _fixture.SetSettings(ForwardingSettings.Default with { SloppyTcp = true });

        _fixture.Process(Syn with { Flags = TcpFlags.Acknowledgment });
        _fixture.Process(FromServer(TcpFlags.Acknowledgment));
        _fixture.Process(Syn);
        _fixture.Process(Syn);
        _fixture.Process(FromServer(TcpFlags.Reset));
        _fixture.Process(Syn with { ClientPort = 40001, Flags = SynAcknowledgment });
        End();

        Assert.Equal((0, 0, 0), Counts);
    }

    [Fact]
    public void Half_open_connection_that_gives_way_to_another_does_not_count()
    {
        Use(ForwardingMethod.DirectRouting);
        _fixture.Store.LimitHalfOpen(64);

        for (int client = 0; client < 100; client++)
            _fixture.Process(Syn with { ClientPort = (ushort)(30000 + client) });
        End();

        Assert.Equal((0, 64, 0), Counts);
    }

    [Fact]
    public void Udp_and_one_packet_flows_do_not_count()
    {
        Use(ForwardingMethod.DirectRouting);
        _fixture.Process(Syn with { Protocol = IpProtocol.Udp, ServicePort = 53 });
        _fixture.Tables.Build([_fixture.Tables.Definitions[0] with { IsOnePacket = true }], acknowledged: 0);

        _fixture.Process(Syn);
        _fixture.Process(Syn);
        End();

        Assert.Equal((0, 0, 0), Counts);
    }

    [Theory]
    [InlineData(ForwardingMethod.DirectRouting)]
    [InlineData(ForwardingMethod.AddressTranslation)]
    public void Counts_are_the_same_under_secure_tcp(ForwardingMethod method)
    {
        Use(method);
        _fixture.SetSettings(ForwardingSettings.Default with { SecureTcp = true });

        _fixture.Process(Syn with { ClientPort = 40001 });
        _fixture.Process(Syn with { ClientPort = 40001 });
        Assert.Equal((0, 1, 0), Counts);
        _fixture.Process(Syn);
        if (method == ForwardingMethod.AddressTranslation)
            _fixture.Process(FromServer(SynAcknowledgment));
        else
            _fixture.Process(Syn with { Flags = TcpFlags.Acknowledgment });

        Assert.Equal((1, 1, 0), Counts);
    }

    [Fact]
    public void Persistent_connections_count_and_keep_their_templates()
    {
        ServiceDefinition service = _fixture.Tables.Definitions[0] with { Persistence = new(TimeSpan.FromSeconds(50), uint.MaxValue), Servers = [new ServerDefinition(PipelineFixture.Web01, 80, 1)] };
        _fixture.Tables.Build([service], acknowledged: 0);

        _fixture.Process(Syn);
        _fixture.Process(Syn with { Flags = TcpFlags.Acknowledgment });
        _fixture.Process(Syn with { ClientPort = 40001 });
        _fixture.Process(Syn with { ClientPort = 40001 });

        Assert.Equal((1, 1, 0), Counts);
        Assert.Equal(1, _fixture.Tables.TemplatesOf(new ServerIdentity(PipelineFixture.WebService, PipelineFixture.Web01, 80)));
        _fixture.Now += TimeSpan.FromSeconds(2000);
        End();
        Assert.Equal(0, _fixture.Tables.TemplatesOf(new ServerIdentity(PipelineFixture.WebService, PipelineFixture.Web01, 80)));
    }

    public void Dispose() => _fixture.Dispose();

    private (long Answered, long Unanswered, long Refused) Counts
    {
        get
        {
            TrafficCounters counters = _fixture.Tables.Usage(new ServerIdentity(PipelineFixture.WebService, PipelineFixture.Web01, 80)).Counters;
            return (counters.Answered, counters.Unanswered, counters.Refused);
        }
    }

    private void Use(ForwardingMethod method)
    {
        _fixture.SetServers("rr", new ServerDefinition(PipelineFixture.Web01, 80, 1, method));
        _fixture.SetWays(AdjacencyState.Resolved);
    }

    /// <summary>Has the time of all flows go by, but for what persistence keeps them under.</summary>
    private void End()
    {
        for (int step = 0; step < 4; step++)
        {
            _fixture.Now += TimeSpan.FromSeconds(1000);
            _fixture.Flows.Expire(_fixture.Now, int.MaxValue);
        }

        Assert.Equal(0, _fixture.Flows.Count);
    }
}
