using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Scheduling;
using FastLb.Dataplane.Tests.Flows;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Explanations;

public sealed class SchedulerExplanationTests : IDisposable
{
    private readonly FlowTableMemory _memory = new(2000, MonotonicTime.Zero);

    public static TheoryData<string> SchedulerNames => [.. Schedulers.Names];

    public void Dispose() => _memory.Dispose();

    /// <summary>Two schedulers see the same flows, and only one is asked beforehand, each time twice.</summary>
    [Theory]
    [MemberData(nameof(SchedulerNames))]
    public void What_is_explained_is_what_is_chosen_and_asking_changes_nothing(string name)
    {
        Scheduler asked = Schedulers.Create(name, default, _memory.Table.Servers);
        Scheduler left = Schedulers.Create(name, default, _memory.Table.Servers);
        var random = new Random(7);
        SchedulableServer[] servers = [.. Enumerable.Range(0, 5).Select(slot => new SchedulableServer((ushort)slot, slot == 2 ? 0 : slot + 1, IpAddress.FromV4(0x0A000001u + (uint)slot), 80, slot + 1))];
        ServerList[] lists = [asked.Arrange(servers), asked.Arrange(servers[1..])];
        left.Arrange(servers);
        int list = 0;
        for (int number = 1; number <= 400; number++)
        {
            if (random.Next(50) == 0)
                list = 1 - list;
            var flow = new NewFlow(FlowTableMemory.Key(random.Next()), MonotonicTime.FromSeconds(number * 1000));
            SchedulerChoice first = asked.Explain(lists[list], flow);
            SchedulerChoice second = asked.Explain(lists[list], flow);
            int chosen = asked.Choose(lists[list], flow);

            Assert.Equal((chosen, chosen), (first.Position, second.Position));
            Assert.Equal(left.Choose(lists[list], flow), chosen);
            Assert.Equal(first.Reason, second.Reason);
            Assert.StartsWith($"{name}: ", first.Reason, StringComparison.Ordinal);
            if (chosen < 0)
                continue;
            FlowKey key = FlowTableMemory.Key(number);
            uint index = _memory.Table.Insert(key, _memory.Table.HashOf(key), lists[list].Servers[chosen].Slot, 100000);
            if (random.Next(2) == 0)
                _memory.Table.Advance(index, ref _memory.Table.Entry(index), FlowState.Established, 100000);
        }
    }

    [Theory]
    [InlineData("rr", "rr: the next in turn of 2 servers")]
    [InlineData("wrr", "wrr: weight 1, current weight 1")]
    [InlineData("lc", "lc: least overhead 0 of 2 servers")]
    [InlineData("wlc", "wlc: least overhead for its weight, 0/1, of 2 servers")]
    [InlineData("sed", "sed: least expected delay for its weight, 1/3, of 2 servers")]
    [InlineData("nq", "nq: the first server that is idle")]
    [InlineData("fo", "fo: greatest weight, 3, of 2 servers that can take it; 0 active connections")]
    [InlineData("lblc", "lblc: no server has the address: least overhead for its weight, 0/1, of 2 servers")]
    [InlineData("sh", "sh: the hash of the client's address leads to place 232 of 256")]
    public void The_first_choice_is_explained_in_words(string name, string expected)
    {
        Scheduler scheduler = Schedulers.Create(name, default, _memory.Table.Servers);
        ServerList list = scheduler.Arrange([new(0, 1, IpAddress.FromV4(0x0A000001), 80, 1), new(1, 3, IpAddress.FromV4(0x0A000002), 80, 3)]);

        Assert.Equal(expected, scheduler.Explain(list, new NewFlow(FlowTableMemory.Key(5), MonotonicTime.Zero)).Reason);
    }

    [Fact]
    public void No_choice_is_explained_by_what_keeps_each_server_from_it()
    {
        _memory.Table.Servers.Limit(1, 1, 0);
        FlowKey key = FlowTableMemory.Key(1);
        _memory.Table.Insert(key, _memory.Table.HashOf(key), 1, 1000);
        Scheduler scheduler = new LeastConnection(_memory.Table.Servers);
        ServerList list = scheduler.Arrange([new(0, 0, IpAddress.FromV4(0x0A000001), 80), new(1, 3, IpAddress.FromV4(0x0A000002), 80)]);

        SchedulerChoice choice = scheduler.Explain(list, new NewFlow(FlowTableMemory.Key(5), MonotonicTime.Zero));

        Assert.Equal(-1, choice.Position);
        Assert.Equal("lc: none of 2 servers takes new connections: 10.0.0.1:80 has weight 0, 10.0.0.2:80 has as many connections as it may", choice.Reason);
    }
}
