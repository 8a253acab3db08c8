using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Flows;

public sealed class ServerDirectoryTests : IDisposable
{
    private static readonly ServerIdentity Server = new(new ServiceKey(IpAddress.Parse("192.0.2.100"), IpProtocol.Tcp, 80), IpAddress.Parse("192.0.2.132"), 80);

    private readonly FlowTableMemory _memory = new(10, MonotonicTime.Zero);

    [Fact]
    public void Flows_are_counted_as_active_or_inactive_and_both_keep_a_slot_in_use()
    {
        ServerDirectory servers = _memory.Table.Servers;
        servers.Assign(3, Server);
        servers.AddFlow(3);
        servers.AddFlow(3);
        Assert.Equal((0, 2), (servers.ActiveFlows(3), servers.InactiveFlows(3)));
        servers.MoveFlow(3, wasActive: false, isActive: true);
        servers.MoveFlow(3, wasActive: true, isActive: true);
        Assert.Equal((1, 1), (servers.ActiveFlows(3), servers.InactiveFlows(3)));
        servers.RemoveFlow(3, wasActive: false);
        Assert.Equal((1, 0, true), (servers.ActiveFlows(3), servers.InactiveFlows(3), servers.HasFlows(3)));
        servers.MoveFlow(3, wasActive: true, isActive: false);
        Assert.Equal((0, 1, true), (servers.ActiveFlows(3), servers.InactiveFlows(3), servers.HasFlows(3)));
        servers.RemoveFlow(3, wasActive: false);
        Assert.False(servers.HasFlows(3));
        Assert.Equal((0, 0), (servers.ActiveFlows(2), servers.InactiveFlows(4)));
    }

    [Fact]
    public void Workers_that_count_at_the_same_time_lose_no_flow_and_a_flow_that_moves_is_never_out_of_sight()
    {
        const int moves = 400_000;
        ServerDirectory servers = _memory.Table.Servers;
        servers.AddFlow(0);
        using CountdownEvent running = new(2);
        Thread[] workers = [.. Enumerable.Range(0, 2).Select(worker => new Thread(() =>
        {
            // The first worker moves one flow to and fro, the second makes and ends flows.
            for (int i = 0; i < moves; i++)
            {
                if (worker == 0)
                {
                    servers.MoveFlow(0, wasActive: (i & 1) != 0, isActive: (i & 1) == 0);
                }
                else
                {
                    servers.AddFlow(0);
                    servers.MoveFlow(0, wasActive: false, isActive: true);
                    servers.RemoveFlow(0, wasActive: true);
                }
            }

            running.Signal();
        }))];
        foreach (Thread worker in workers)
            worker.Start();
        bool seen = true;
        while (!running.IsSet)
            seen &= servers.HasFlows(0);
        foreach (Thread worker in workers)
            worker.Join();

        Assert.True(seen);
        Assert.Equal((0, 1), (servers.ActiveFlows(0), servers.InactiveFlows(0)));
    }

    public void Dispose() => _memory.Dispose();
}
