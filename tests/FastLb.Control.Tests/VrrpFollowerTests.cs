using System.Collections.Concurrent;
using System.Net;
using FastLb.Control.Vrrp;
using FastLb.Runtime;
using FastLb.Runtime.Tests;
using FastLb.VrrpChannel;
using Microsoft.Extensions.Time.Testing;

namespace FastLb.Control.Tests;

public sealed class VrrpFollowerTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new() { AutoAdvanceAmount = TimeSpan.Zero };
    private readonly ConcurrentQueue<VrrpReport> _reported = new();
    private readonly VrrpFollower _follower;

    public VrrpFollowerTests()
    {
        _follower = new VrrpFollower(SocketPath, _time, new RecordingLog()) { Reported = _reported.Enqueue };
        _follower.Start();
    }

    private string SocketPath => _folder.File("vrrp.sock");

    [Fact]
    public async Task Reports_are_heard_and_kept()
    {
        Assert.False(_follower.FirstReport.IsCompleted);
        Assert.Empty(_follower.Report.Instances);
        await using FakePeer<VrrpMessage> vrrp = Listen();

        await Heard(vrrp, Report(3, VrrpState.Backup));
        await Heard(vrrp, Report(4, VrrpState.Master));

        Assert.True(_follower.FirstReport.IsCompletedSuccessfully);
        Assert.Equal([3, 4], _reported.Select(report => report.Sequence));
        Assert.Equal(VrrpState.Master, _follower.Report.Instances[0].State);
    }

    [Fact]
    public async Task Last_report_counts_until_the_successor_reports()
    {
        await using (FakePeer<VrrpMessage> vrrp = Listen())
            await Heard(vrrp, Report(9, VrrpState.Master));

        await Advance(() => _follower.ReadStatus(TestContext.Current.CancellationToken).IsFaulted); // it has noticed
        Assert.Equal(VrrpState.Master, _follower.Report.Instances[0].State);

        await using FakePeer<VrrpMessage> successor = Listen();
        await Heard(successor, Report(1, VrrpState.Backup));

        Assert.Equal((1, VrrpState.Backup), (_follower.Report.Sequence, _follower.Report.Instances[0].State));
    }

    [Fact]
    public async Task Acknowledgement_bears_the_number_of_the_report()
    {
        await using FakePeer<VrrpMessage> vrrp = Listen();
        await Heard(vrrp, Report(7, VrrpState.Master));

        await _follower.Acknowledge(_follower.Report, TestContext.Current.CancellationToken);

        await Eventually.Reached(() => vrrp.Told.Count == 1);
        Assert.Equal(new VrrpReportApplied(7), vrrp.Told[0]);
    }

    [Fact]
    public async Task Acknowledgement_to_nobody_does_nothing() => await _follower.Acknowledge(Report(7, VrrpState.Master), TestContext.Current.CancellationToken);

    [Fact]
    public async Task Status_is_asked_for_and_answers_are_told_apart()
    {
        var held = new VrrpStaticStatus([], [new VrrpRoutingStatus("rule", "table 100", "held")]);
        await using FakePeer<VrrpMessage> vrrp = Listen(message => message is VrrpStatusRequest request
            ? new VrrpStatusAnswer(request.Request, [Instance(VrrpState.Master, (int)request.Request)]) { Static = held }
            : null);
        await Heard(vrrp, Report(1, VrrpState.Master));

        VrrpStatusAnswer one = await _follower.ReadStatus(TestContext.Current.CancellationToken).WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        VrrpStatusAnswer other = await _follower.ReadStatus(TestContext.Current.CancellationToken).WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);

        Assert.Equal(one.Instances[0].Priority + 1, other.Instances[0].Priority);
        Assert.Equal(held.Routing, other.Static.Routing);
    }

    [Fact]
    public async Task Process_that_does_not_answer_is_not_waited_for_beyond_two_seconds()
    {
        await using FakePeer<VrrpMessage> vrrp = Listen();
        await Heard(vrrp, Report(1, VrrpState.Master));
        Task<VrrpStatusAnswer> asking = _follower.ReadStatus(TestContext.Current.CancellationToken);
        await Eventually.Reached(() => vrrp.Told.Count == 1);
        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(asking.IsCompleted);

        await Advance(() => asking.IsCompleted);

        DirectorException fault = await Assert.ThrowsAsync<DirectorException>(() => asking);
        Assert.Contains("does not answer within 2 s", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_process_there_is_no_status()
    {
        DirectorException fault = await Assert.ThrowsAsync<DirectorException>(() => _follower.ReadStatus(TestContext.Current.CancellationToken));

        Assert.Contains("no VRRP process is running", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(VrrpState.Master, false, true)]
    [InlineData(VrrpState.Backup, true, false)]
    [InlineData(VrrpState.Fault, true, false)]
    [InlineData(VrrpState.Init, false, false)]
    [InlineData(VrrpState.Init, true, true)] // a process that was started again and has not begun yet: the addresses are where they were
    public void Masters_hold_their_addresses_and_who_has_not_begun_holds_what_it_held(VrrpState state, bool before, bool after)
    {
        VrrpInstanceStatus instance = Instance(state, 1, "192.0.2.1");
        HashSet<string> masters = before ? [instance.Name] : [];

        Assert.Equal(after, VrrpFollower.Masters(new VrrpReport(1, [instance], null), masters).Contains(instance.Name));
    }

    public async ValueTask DisposeAsync()
    {
        await _follower.DisposeAsync();
        _folder.Dispose();
    }

    private static VrrpReport Report(long sequence, VrrpState state) => new(sequence, [Instance(state, 100, "192.0.2.100")], null);

    private static VrrpInstanceStatus Instance(VrrpState state, int priority, params string[] addresses) => new(
        "VI_1", "near", 51, state, default, "started", priority, 100, 1, null, null, [.. addresses.Select(address => new VrrpAddressStatus(IPAddress.Parse(address), 32, "near", "held"))],
        new VrrpCounters(0, 0, 0, new Dictionary<string, long>(), 0, 0))
    {
        Version = 2,
        Advertises = "multicast",
        Trackers = [],
    };

    private FakePeer<VrrpMessage> Listen(Func<VrrpMessage, VrrpMessage?>? answer = null) => new(SocketPath, VrrpJson.Default.VrrpMessage, answer ?? (_ => null));

    private async Task Heard(FakePeer<VrrpMessage> vrrp, VrrpReport report)
    {
        Task saying = vrrp.Say(report);
        await Advance(() => saying.IsCompleted); // the follower tries to connect now and then
        await saying;
        await Eventually.Reached(() => _reported.Any(known => known.Sequence == report.Sequence));
    }

    private Task Advance(Func<bool> reached) => Eventually.Reached(() =>
    {
        _time.Advance(TimeSpan.FromMilliseconds(20));
        return reached();
    });
}
