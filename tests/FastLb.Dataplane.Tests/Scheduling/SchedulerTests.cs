using FastLb.Dataplane.Scheduling;
using FastLb.Dataplane.Tests.Flows;

namespace FastLb.Dataplane.Tests.Scheduling;

public sealed class SchedulerTests : IDisposable
{
    private readonly FlowTableMemory _memory = new(10, MonotonicTime.Zero);

    public void Dispose() => _memory.Dispose();

    [Theory]
    [InlineData("1 1 1", "012012")]
    [InlineData("1 0 1", "020202")]
    [InlineData("5 1", "010101")]
    public void Round_robin_takes_the_servers_with_a_weight_in_turn(string weights, string expected) =>
        Assert.Equal(expected, Choices(new RoundRobin(_memory.Table.Servers), List(weights), expected.Length));

    [Fact]
    public void Round_robin_goes_on_after_its_place_when_the_list_changes()
    {
        var scheduler = new RoundRobin(_memory.Table.Servers);
        ServerList before = scheduler.Arrange([new(1, 1), new(2, 1), new(3, 1)]);
        Assert.Equal("01", Choices(scheduler, before, 2));

        ServerList withoutTheSecond = scheduler.Arrange([new(9, 1), new(1, 1), new(3, 1)]);
        Assert.Equal("201", Choices(scheduler, withoutTheSecond, 3));
    }

    [Fact]
    public void No_server_with_a_weight_is_no_choice()
    {
        foreach (string name in Schedulers.Names)
        {
            Scheduler scheduler = Schedulers.Create(name, new SchedulerOptions(HashesPort: true, FallsBack: true), _memory.Table.Servers);
            Assert.Equal(-1, scheduler.Choose(scheduler.Arrange([new(0, 0), new(1, 0)]), Flow));
            Assert.Equal(-1, scheduler.Choose(scheduler.Arrange([]), Flow));
        }
    }

    /// <summary>The list is in IPVS's order; the servers were added from its end, one by one.</summary>
    [Theory]
    [InlineData("1 3", "11011101")]
    [InlineData("2 2", "010101")]
    [InlineData("4 2", "001001")]
    public void Weighted_round_robin_gives_each_its_share(string weights, string expected)
    {
        string actual = Choices(new WeightedRoundRobin(_memory.Table.Servers), List(weights), 2400);

        int[] shares = [.. weights.Split(' ').Select(int.Parse)];
        for (int server = 0; server < shares.Length; server++)
            Assert.Equal(2400 * shares[server] / shares.Sum(), actual.Count(choice => choice == (char)('0' + server)));
        Assert.Equal(expected.Count(choice => choice == '0'), expected.Length * shares[0] / shares.Sum());
    }

    [Fact]
    public void Weighted_round_robin_never_chooses_weight_zero() =>
        Assert.DoesNotContain('1', Choices(new WeightedRoundRobin(_memory.Table.Servers), List("3 0 1"), 100));

    [Fact]
    public void Weighted_round_robin_follows_a_change_of_weights()
    {
        var scheduler = new WeightedRoundRobin(_memory.Table.Servers);
        Choices(scheduler, List("1 1"), 3);

        Assert.Equal(300, Choices(scheduler, List("3 1"), 400).Count(choice => choice == '0'));
        Assert.Equal(100, Choices(scheduler, List("0 1"), 100).Count(choice => choice == '1'));
    }

    [Fact]
    public void Of_two_servers_picked_by_their_weights_the_idler_gets_the_flow()
    {
        const int flows = 40_000;
        var scheduler = new PowerOfTwoChoices(_memory.Table.Servers);
        Assert.InRange(Choices(scheduler, List("1 3 0"), flows).Count(choice => choice == '1'), flows * 0.74, flows * 0.76);

        _memory.Table.Servers.AddFlow(0);
        Assert.InRange(Choices(scheduler, List("1 1"), flows).Count(choice => choice == '0'), flows * 0.24, flows * 0.26);
    }

    [Theory]
    [InlineData("rr", "1 1 1", "1 1 1")]
    [InlineData("wrr", "3 1 2", "3 1 2")]
    public void Workers_that_choose_at_the_same_time_give_each_server_its_exact_share_together(string name, string weights, string shares)
    {
        const int rounds = 60_000;
        Scheduler scheduler = string.Equals(name, "rr", StringComparison.Ordinal) ? new RoundRobin(_memory.Table.Servers) : new WeightedRoundRobin(_memory.Table.Servers);
        ServerList servers = List(weights);
        int[] parts = [.. shares.Split(' ').Select(int.Parse)];
        int[][] chosen = [new int[3], new int[3]];
        Thread[] workers = [.. chosen.Select(counts => new Thread(() =>
        {
            for (int i = 0; i < rounds * parts.Sum() / 2; i++)
                counts[scheduler.Choose(servers, Flow)]++;
        }))];
        foreach (Thread worker in workers)
            worker.Start();
        foreach (Thread worker in workers)
            worker.Join();

        Assert.Equal(parts.Select(part => part * rounds), chosen[0].Zip(chosen[1], (left, right) => left + right));
    }

    private static NewFlow Flow { get; } = new(FlowTableMemory.Key(1), MonotonicTime.Zero);

    private static ServerList List(string weights) => new([.. weights.Split(' ').Select((weight, slot) => new SchedulableServer((ushort)slot, int.Parse(weight)))], []);

    private static string Choices(Scheduler scheduler, ServerList servers, int count) =>
        string.Concat(Enumerable.Range(0, count).Select(_ => scheduler.Choose(servers, Flow)));
}
