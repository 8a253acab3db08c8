using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FastLb.Messaging;
using FastLb.Runtime.Tests;
using FastLb.VrrpChannel;

namespace FastLb.VrrpHost.Tests;

public sealed class ReportServerTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly VrrpBfdStatus Session =
        new("peer", IPAddress.Parse("192.0.2.2"), null, "down", DateTimeOffset.UnixEpoch, "nothing is heard of the neighbour", 0, 1, 0, new Dictionary<string, long>());

    private static readonly VrrpStaticStatus Held = new([], [new VrrpRoutingStatus("rule", "table 100", "held")]);

    private readonly TemporaryFolder _folder = new();
    private readonly ReportServer _server;
    private int _reads;

    public ReportServerTests() => _server = new ReportServer(SocketPath, () => [Instance(Interlocked.Increment(ref _reads))], () => Held, () => [Session], new RecordingLog());

    private string SocketPath => _folder.File("vrrp.sock");

    [Fact]
    public async Task First_report_comes_without_a_transition()
    {
        await using MessageChannel<VrrpMessage> control = await Connect();

        VrrpReport report = await Receive<VrrpReport>(control);

        Assert.Null(report.Transition);
        Assert.Equal("VI_1", Assert.Single(report.Instances).Name);
        Assert.Equal(Held.Routing, report.Static.Routing);
    }

    [Fact]
    public async Task Transitions_come_in_order_with_growing_numbers()
    {
        await using MessageChannel<VrrpMessage> control = await Connect();
        long last = (await Receive<VrrpReport>(control)).Sequence;

        for (int i = 0; i < 200; i++)
            _ = _server.Publish(Transition($"{i}"));

        for (int i = 0; i < 200; i++)
        {
            VrrpReport report = await Receive<VrrpReport>(control);
            Assert.Equal($"{i}", report.Transition!.Cause);
            Assert.Equal(last + 1, report.Sequence);
            last = report.Sequence;
        }
    }

    [Fact]
    public async Task Reports_never_go_back_for_one_who_connects_amid_transitions()
    {
        using var done = new CancellationTokenSource();
        Task publishing = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                _ = _server.Publish(Transition("busy"));
                await Task.Delay(1, CancellationToken.None);
            }
        });
        try
        {
            for (int i = 0; i < 100; i++)
            {
                await using MessageChannel<VrrpMessage> control = await Connect();
                VrrpReport first = await Receive<VrrpReport>(control);
                VrrpReport second = await Receive<VrrpReport>(control);
                Assert.Null(first.Transition);
                Assert.Equal(first.Sequence + 1, second.Sequence);
            }
        }
        finally
        {
            await done.CancelAsync();
            await publishing;
        }
    }

    [Fact]
    public void Publish_completes_at_once_when_nobody_listens() => Assert.True(_server.Publish(Transition("alone")).IsCompletedSuccessfully);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Publish_completes_when_this_report_or_a_later_one_is_acknowledged(int later)
    {
        await using MessageChannel<VrrpMessage> control = await Connect();
        await Receive<VrrpReport>(control);
        Task applied = _server.Publish(Transition("master"));
        Assert.False(applied.IsCompleted);
        VrrpReport report = await Receive<VrrpReport>(control);

        await control.Send(new VrrpReportApplied(report.Sequence + later), TestContext.Current.CancellationToken);

        await applied.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Publish_does_not_complete_when_an_older_report_is_acknowledged()
    {
        await using MessageChannel<VrrpMessage> control = await Connect();
        VrrpReport first = await Receive<VrrpReport>(control);
        Task applied = _server.Publish(Transition("master"));
        await Receive<VrrpReport>(control);

        await control.Send(new VrrpReportApplied(first.Sequence), TestContext.Current.CancellationToken);
        await control.Send(new VrrpStatusRequest(1), TestContext.Current.CancellationToken);
        await Receive<VrrpStatusAnswer>(control); // so the acknowledgement has been heeded

        Assert.False(applied.IsCompleted);
    }

    [Fact]
    public async Task News_reach_all_who_listen()
    {
        await using MessageChannel<VrrpMessage> control = await Connect();
        await Receive<VrrpReport>(control);

        _ = _server.Publish(null, new VrrpNews("script chk", "down"));

        VrrpReport report = await Receive<VrrpReport>(control);
        Assert.Equal((null, new VrrpNews("script chk", "down")), (report.Transition, report.News));
    }

    [Fact]
    public async Task One_of_several_who_acknowledges_is_enough()
    {
        await using MessageChannel<VrrpMessage> one = await Connect();
        await using MessageChannel<VrrpMessage> other = await Connect();
        await Receive<VrrpReport>(one);
        await Receive<VrrpReport>(other);
        Task applied = _server.Publish(Transition("master"));
        VrrpReport report = await Receive<VrrpReport>(other);
        Assert.Equal(report.Sequence, (await Receive<VrrpReport>(one)).Sequence);

        await other.Send(new VrrpReportApplied(report.Sequence), TestContext.Current.CancellationToken);

        await applied.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Status_is_that_of_the_moment_and_bears_the_number_of_the_request()
    {
        await using MessageChannel<VrrpMessage> control = await Connect();
        await Receive<VrrpReport>(control);

        await control.Send(new VrrpStatusRequest(7), TestContext.Current.CancellationToken);
        VrrpStatusAnswer one = await Receive<VrrpStatusAnswer>(control);
        await control.Send(new VrrpStatusRequest(8), TestContext.Current.CancellationToken);
        VrrpStatusAnswer other = await Receive<VrrpStatusAnswer>(control);

        Assert.Equal((7, 8), (one.Request, other.Request));
        Assert.Equal("peer", Assert.Single(one.BfdSessions).Name);
        Assert.Equal(one.Instances[0].Counters.Sent + 1, other.Instances[0].Counters.Sent);
    }

    [Fact]
    public async Task Peer_that_vanishes_is_waited_for_no_longer()
    {
        MessageChannel<VrrpMessage> control = await Connect();
        await Receive<VrrpReport>(control);
        Task applied = _server.Publish(Transition("master"));

        await control.DisposeAsync();

        await applied.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await UntilNobodyListens();
    }

    [Fact]
    public async Task Peers_that_connect_and_vanish_at_once_leave_nobody_to_wait_for()
    {
        for (int i = 0; i < 300; i++)
            await (await Connect()).DisposeAsync();

        await UntilNobodyListens();
        await using MessageChannel<VrrpMessage> control = await Connect();
        await Receive<VrrpReport>(control);
    }

    [Fact]
    public async Task Peer_that_talks_nonsense_is_cut_off_and_others_are_served()
    {
        await using MessageChannel<VrrpMessage> good = await Connect();
        await Receive<VrrpReport>(good);
        await using Stream bad = await LocalSocket.Connect(SocketPath, TestContext.Current.CancellationToken);
        await bad.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);

        using var rest = new MemoryStream();
        await bad.CopyToAsync(rest, TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);

        _ = _server.Publish(Transition("still here"));
        Assert.Equal("still here", (await Receive<VrrpReport>(good)).Transition!.Cause);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Assert.False(File.Exists(SocketPath));
        _folder.Dispose();
    }

    private static VrrpTransition Transition(string cause) => new("VI_1", VrrpState.Backup, VrrpState.Master, cause);

    private static VrrpInstanceStatus Instance(int read) => new(
        "VI_1", "near", 51, VrrpState.Backup, default, "started", 100, 100, 1, null, null, [], new VrrpCounters(read, 0, 0, new Dictionary<string, long>(), 0, 0))
    {
        Version = 2,
        Advertises = "multicast",
        Trackers = [],
    };

    private static async Task<T> Receive<T>(MessageChannel<VrrpMessage> channel)
        where T : VrrpMessage =>
        Assert.IsType<T>(await channel.Receive(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken));

    private async Task<MessageChannel<VrrpMessage>> Connect()
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return new(await LocalSocket.Connect(SocketPath, TestContext.Current.CancellationToken), VrrpJson.Default.VrrpMessage);
            }
            catch (SocketException fault) when (fault.SocketErrorCode == SocketError.WouldBlock && Stopwatch.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(1, TestContext.Current.CancellationToken); // more wait to be accepted than may
            }
        }
    }

    private async Task UntilNobodyListens()
    {
        long began = Stopwatch.GetTimestamp();
        while (!_server.Publish(null).IsCompleted)
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, "somebody seems to listen still");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
