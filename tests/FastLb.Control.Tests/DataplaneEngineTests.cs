using System.Collections.Concurrent;
using System.Net;
using FastLb.Control.Engines;
using FastLb.DataplaneChannel.Messages;
using FastLb.Runtime;
using FastLb.Runtime.Tests;
using Microsoft.Extensions.Logging;

namespace FastLb.Control.Tests;

public sealed class DataplaneEngineTests : IAsyncDisposable
{
    private static readonly DesiredState State = new(5, [new DesiredInterface("near", 2, "02:00:00:00:00:01", 1500)], [], []);

    private static readonly AdjacencyState Adjacencies =
        new([new ServerAdjacency(IPAddress.Parse("192.0.2.7"), NeighbourState.Pending, 2, null, null, 0, null, "being resolved")]);

    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLog _log = new();
    private readonly ConcurrentQueue<bool> _connections = new();
    private readonly DataplaneEngine _engine;

    public DataplaneEngineTests() => _engine = new DataplaneEngine(SocketPath, TimeProvider.System, _log) { ConnectionChanged = _connections.Enqueue };

    private string SocketPath => _folder.File("dataplane.sock");

    [Fact]
    public async Task Start_waits_for_the_dataplane_and_tells_what_it_does()
    {
        Task<DataplaneStatus> starting = _engine.Start(TestContext.Current.CancellationToken);
        Assert.False(starting.IsCompleted);

        await using FakePeer<ChannelMessage> dataplane = Listen();

        Assert.Equal(41, (await starting.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken)).Generation);
    }

    [Fact]
    public async Task State_and_adjacencies_reach_the_dataplane()
    {
        await using FakePeer<ChannelMessage> dataplane = Listen();
        await _engine.Start(TestContext.Current.CancellationToken);

        await _engine.Apply(State, TestContext.Current.CancellationToken);
        await _engine.Apply(Adjacencies, TestContext.Current.CancellationToken);

        Assert.Equal([5], GenerationsOf(dataplane));
        Assert.Equal(Adjacencies.Servers, Assert.Single(dataplane.Told.OfType<ApplyAdjacencies>()).Adjacencies.Servers);
    }

    [Fact]
    public async Task Refusal_is_handed_on_in_the_dataplanes_words()
    {
        await using FakePeer<ChannelMessage> dataplane = Listen(message => message is ApplyDesiredState ? new Refused(message.Request, "near has no queue 3") : Answer(message));
        await _engine.Start(TestContext.Current.CancellationToken);

        DirectorException fault = await Assert.ThrowsAsync<DirectorException>(() => _engine.Apply(State, TestContext.Current.CancellationToken));

        Assert.Equal("near has no queue 3", fault.Message);
    }

    [Fact]
    public async Task Successor_is_told_all_that_the_one_before_knew()
    {
        await using (FakePeer<ChannelMessage> first = Listen())
        {
            await _engine.Start(TestContext.Current.CancellationToken);
            await _engine.Apply(State, TestContext.Current.CancellationToken);
            await _engine.Apply(Adjacencies, TestContext.Current.CancellationToken);
        }

        await Eventually.Reached(() => _connections.Count == 1);
        await using FakePeer<ChannelMessage> second = Listen();
        await Eventually.Reached(() => _connections.Count == 2);

        Assert.Equal([false, true], _connections);
        Assert.Equal([5], GenerationsOf(second));
        Assert.Equal(Adjacencies.Servers, Assert.Single(second.Told.OfType<ApplyAdjacencies>()).Adjacencies.Servers);
        Assert.True(second.Told.Select(message => message is ApplyAdjacencies).SequenceEqual([false, true]), "the state comes first");
    }

    [Fact]
    public async Task What_is_applied_while_no_dataplane_runs_is_taken_up_by_the_next()
    {
        await using (Listen())
            await _engine.Start(TestContext.Current.CancellationToken);
        await Eventually.Reached(() => _connections.Count == 1);

        await _engine.Apply(State with { Generation = 6 }, TestContext.Current.CancellationToken);
        DirectorException fault = await Assert.ThrowsAsync<DirectorException>(() => _engine.ReadStatus(TestContext.Current.CancellationToken));
        Assert.Contains("no dataplane is running", fault.Message, StringComparison.Ordinal);

        await using FakePeer<ChannelMessage> second = Listen();
        await Eventually.Reached(() => _connections.Count == 2);
        Assert.Equal([6], GenerationsOf(second));
    }

    [Fact]
    public async Task Successor_that_refuses_its_work_is_asked_again()
    {
        await using (Listen())
        {
            await _engine.Start(TestContext.Current.CancellationToken);
            await _engine.Apply(State, TestContext.Current.CancellationToken);
        }

        int asked = 0;
        await using FakePeer<ChannelMessage> second = Listen(message =>
            message is ApplyDesiredState && Interlocked.Increment(ref asked) == 1 ? new Refused(message.Request, "not yet") : Answer(message));
        await Eventually.Reached(() => _connections.Contains(true));

        Assert.Equal([5, 5], GenerationsOf(second));
        Assert.True(_log.Has(LogLevel.Error, "not yet"));
    }

    [Fact]
    public async Task Request_that_is_under_way_when_the_dataplane_dies_fails_and_the_next_one_is_served()
    {
        Task applying;
        await using (FakePeer<ChannelMessage> first = Listen(message => message is ApplyDesiredState ? null : Answer(message)))
        {
            await _engine.Start(TestContext.Current.CancellationToken);
            applying = _engine.Apply(State, TestContext.Current.CancellationToken);
            await Eventually.Reached(() => GenerationsOf(first).Count == 1);
        }

        DirectorException fault = await Assert.ThrowsAsync<DirectorException>(() => applying.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken));
        Assert.Contains("the connection to the dataplane is lost", fault.Message, StringComparison.Ordinal);

        await using FakePeer<ChannelMessage> second = Listen();
        await Eventually.Reached(() => _connections.Contains(true));
        Assert.Equal(41, (await _engine.ReadStatus(TestContext.Current.CancellationToken)).Generation);
    }

    [Fact]
    public async Task Dataplane_that_dies_under_steady_requests_causes_no_other_fault_and_is_replaced()
    {
        FakePeer<ChannelMessage> dataplane = Listen();
        await _engine.Start(TestContext.Current.CancellationToken);
        using var done = new CancellationTokenSource();
        Task[] askers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                try
                {
                    await _engine.Apply(State, CancellationToken.None).WaitAsync(Eventually.Patience);
                    await _engine.ReadStatus(CancellationToken.None).WaitAsync(Eventually.Patience);
                }
                catch (DirectorException)
                {
                    await Task.Yield();
                }
            }
        }))];

        for (int i = 1; i <= 20; i++)
        {
            await dataplane.DisposeAsync();
            dataplane = Listen();
            int rounds = i;
            await Eventually.Reached(() => _connections.Count(connected => connected) >= rounds);
        }

        await done.CancelAsync();
        await Task.WhenAll(askers);
        await dataplane.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _folder.Dispose();
    }

    private static List<long> GenerationsOf(FakePeer<ChannelMessage> dataplane) => [.. dataplane.Told.OfType<ApplyDesiredState>().Select(message => message.State.Generation)];

    private static ChannelMessage Answer(ChannelMessage message) => message is StatusRequest
        ? new StatusAnswer(message.Request, new DataplaneStatus(41, [], new Dictionary<string, long>(), [], [], new FrameStatus(0, 0, 0, 0, 0, 0, 0, 0), new FlowTableStatus(0, 0)))
        : new Applied(message.Request);

    private FakePeer<ChannelMessage> Listen(Func<ChannelMessage, ChannelMessage?>? answer = null) => new(SocketPath, ChannelJson.Default.ChannelMessage, answer ?? Answer);
}
