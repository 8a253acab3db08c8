using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Services;
using FastLb.Dataplane.Tests.Flows;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Services;

public sealed class ServiceTableBuilderTests : IDisposable
{
    private static readonly ServiceKey Web = new(IpAddress.Parse("192.0.2.100"), IpProtocol.Tcp, 80);
    private readonly FlowTableMemory _memory = new(10, MonotonicTime.Zero);

    [Fact]
    public void Last_server_of_the_configuration_comes_first()
    {
        VirtualService service = Find(new ServiceTableBuilder(_memory.Table.Servers).Build([Definition(1, 2, 3)], 0));

        Assert.Equal([2, 1, 0], service.Servers.Servers.ToArray().Select(server => (int)server.Slot));
    }

    [Fact]
    public void Server_keeps_its_slot_and_the_scheduler_its_place_over_a_change()
    {
        var builder = new ServiceTableBuilder(_memory.Table.Servers);
        VirtualService before = Find(builder.Build([Definition(1, 2)], 0));
        VirtualService after = Find(builder.Build([Definition(2, 3)], 0));

        Assert.Equal(before.Servers.Servers[0].Slot, after.Servers.Servers[1].Slot);
        Assert.Same(before.Scheduler, after.Scheduler);
        Assert.Same(before.Counters, after.Counters);
    }

    [Fact]
    public void Unchanged_list_is_the_same_array()
    {
        var builder = new ServiceTableBuilder(_memory.Table.Servers);
        VirtualService before = Find(builder.Build([Definition(1, 2)], 0));

        Assert.Same(before.Servers, Find(builder.Build([Definition(1, 2)], 0)).Servers);
    }

    [Fact]
    public void Slot_of_a_removed_server_is_given_out_again_only_when_unseen_and_without_flows()
    {
        var builder = new ServiceTableBuilder(_memory.Table.Servers);
        builder.Build([Definition(1)], 0);
        FlowKey key = FlowTableMemory.Key(1);
        uint flow = _memory.Table.Insert(key, _memory.Table.HashOf(key), 0, 1000);
        ServiceTable without = builder.Build([Definition(2)], 1);
        Assert.Null(without.Server(0).Service);

        Assert.Equal(2, Find(builder.Build([Definition(3)], without.Generation)).Servers.Servers[0].Slot);
        _memory.Table.Remove(flow);
        Assert.Equal(3, Find(builder.Build([Definition(4)], without.Generation - 1)).Servers.Servers[0].Slot);
        Assert.Equal(0, Find(builder.Build([Definition(5)], without.Generation)).Servers.Servers[0].Slot);
    }

    [Fact]
    public void Server_that_comes_back_has_its_old_slot_while_flows_refer_to_it()
    {
        var builder = new ServiceTableBuilder(_memory.Table.Servers);
        builder.Build([Definition(1, 2)], 0);
        FlowKey key = FlowTableMemory.Key(1);
        _memory.Table.Insert(key, _memory.Table.HashOf(key), 1, 1000);
        builder.Build([Definition(1)], long.MaxValue);

        Assert.Equal(1, Find(builder.Build([Definition(1, 2)], long.MaxValue)).Servers.Servers[0].Slot);
    }

    [Fact]
    public void Unknown_scheduler_changes_nothing()
    {
        var builder = new ServiceTableBuilder(_memory.Table.Servers);
        ServiceTable before = builder.Build([Definition(1)], 0);

        Assert.Throws<InvalidOperationException>(() => builder.Build([Definition(2) with { Scheduler = "nonsense" }], 0));
        Assert.Same(before, builder.Current);
    }

    [Fact]
    public void Way_to_a_server_is_pending_until_it_is_told_and_then_kept()
    {
        var builder = new ServiceTableBuilder(_memory.Table.Servers);
        ServiceTable table = builder.Build([Definition(1)], 0);
        Assert.Equal(AdjacencyState.Pending, table.Adjacency(table.Server(0).Adjacency).State);

        builder.BuildWithAdjacencies(new Dictionary<IpAddress, Adjacency> { [Address(1)] = new(AdjacencyState.Resolved, 1, new(2), new(3), 1500) }, []);
        table = builder.Build([Definition(2, 1)], 0);

        Assert.Equal(AdjacencyState.Resolved, table.Adjacency(table.Server(0).Adjacency).State);
        Assert.Equal(AdjacencyState.Pending, table.Adjacency(table.Server(1).Adjacency).State);
    }

    [Fact]
    public void Counters_sum_up_what_every_worker_counts()
    {
        VirtualService service = Find(new ServiceTableBuilder(_memory.Table.Servers, workers: 3).Build([Definition(1)], 0));
        Parallel.For(0, 3, worker =>
        {
            service.Counters.CountConnection(worker);
            for (int packet = 0; packet < 100_000; packet++)
            {
                service.Counters.CountPacket(worker, 100 + worker);
                service.Counters.CountReply(worker, 50);
            }
        });

        Assert.Equal((3, 300_000, 30_300_000), (service.Counters.Connections, service.Counters.Packets, service.Counters.Bytes));
        Assert.Equal((300_000, 15_000_000), (service.Counters.ReplyPackets, service.Counters.ReplyBytes));
    }

    public void Dispose() => _memory.Dispose();

    private static IpAddress Address(int server) => IpAddress.FromV4(0xC0000200u + (uint)server);

    private static ServiceDefinition Definition(params int[] servers) =>
        new(Web, "rr", [.. servers.Select(server => new ServerDefinition(Address(server), 80, 1))]);

    private static VirtualService Find(ServiceTable table)
    {
        Assert.True(table.TryFindService(Web, out VirtualService? service));
        return service;
    }
}
