namespace FastLb.Bfd.Tests.Simulation;

/// <summary>Two machines of this implementation against each other, many seeds each.</summary>
public sealed class PairTests
{
    private const int Seeds = 300;

    private const int StrangersSeeds = 60;

    private static readonly TimeSpan StrangersSettling = TimeSpan.FromSeconds(2 * 15 * 17);

    // The longest idle interval and twice it again for a stale detection time of 255 of the longest intervals here.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(60);

    [Fact]
    public void After_the_last_fault_both_are_up_and_stay_so_while_their_settings_change_and_are_down_in_time_once_the_link_is_cut()
    {
        int changes = 0, polls = 0;
        for (int seed = 1; seed <= Seeds; seed++)
        {
            SimulatedPair pair = Run(seed);
            changes += pair.Changes;
            polls += pair.Polls;
        }

        Assert.True(changes > Seeds * 12 && polls > Seeds * 20, $"{changes} changes of state and {polls} polls are too few to have shown anything");
    }

    [Fact]
    public void The_same_seed_gives_the_same_history() // or a printed seed would be of no use
    {
        Assert.Equal(History(7), History(7));
        Assert.NotEqual(History(7), History(8));
    }

    [Fact]
    public void Strangers_packets_never_throw_and_leave_nothing_that_does_not_pass()
    {
        for (int seed = 1; seed <= StrangersSeeds; seed++)
        {
            SimulatedPair pair = Begin(seed);
            byte[] payload = new byte[30]; // with detection times of 15 * 16.8 s at the most, and often Required Min RX of 0
            for (int i = 0; i < 300; i++)
            {
                int target = pair.Random.Next(2);
                pair.Random.NextBytes(payload);
                payload[0] = (byte)(0x20 | (payload[0] & 0x1F));
                payload[1] &= 0xFA; // neither authentication nor multipoint
                payload[2] &= 0x0F;
                payload[3] = 24;
                payload[12] = 0;
                payload[16] = 0;
                if (pair.Random.Next(4) == 0)
                    payload.AsSpan(16, 4).Clear();
                if (pair.Random.Next(2) == 0)
                    BitConverter.GetBytes(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(pair[target].State.LocalDiscriminator)).CopyTo(payload, 8);
                else
                    payload.AsSpan(8, 4).Clear();
                pair.Inject(target, payload[..pair.Random.Next(24, 31)]);
                pair.RunUntil(pair.Now + (TimeSpan.FromMilliseconds(20) * pair.Random.NextDouble()));
            }

            pair.RunUntil(pair.Now + StrangersSettling);
            if (!pair.AreUp)
                pair.Fail("not up again");
        }
    }

    private static (int, int, TimeSpan) History(int seed)
    {
        SimulatedPair pair = Run(seed);
        return (pair.Changes, pair.Polls, pair[0].State.LastReceived);
    }

    private static SimulatedPair Begin(int seed)
    {
        var pair = new SimulatedPair(seed);
        bool isPassive = pair.Random.Next(4) == 0; // two that wait for each other would wait for ever
        pair.Begin(0, Settings(pair.Random) with { IsPassive = isPassive });
        pair.Begin(1, Settings(pair.Random));
        return pair;
    }

    private static SimulatedPair Run(int seed)
    {
        SimulatedPair pair = Begin(seed);
        Disturb(pair);
        pair.Loss = 0;
        pair.RunUntil(pair.Now + Settling);
        if (!pair.AreUp)
            pair.Fail("not up after the last fault");
        StayUp(pair);
        Cut(pair);
        return pair;
    }

    private static void Disturb(SimulatedPair pair)
    {
        for (int i = 0; i < 12; i++)
        {
            pair.Loss = pair.Random.Next(4) switch { 0 => 1, 1 => 0.5, 2 => 0.1, _ => 0 };
            int end = pair.Random.Next(2);
            BfdSessionSettings settings = Settings(pair.Random) with { IsPassive = pair[end].Machine.Settings.IsPassive };
            if (pair.Random.Next(4) == 0)
                pair.Begin(end, settings);
            else if (pair.Random.Next(2) == 0)
                pair.Reconfigure(end, settings);
            pair.RunUntil(pair.Now + (TimeSpan.FromSeconds(4) * pair.Random.NextDouble()));
        }
    }

    /// <summary>No change of settings, and none that comes before the one before it has been agreed on, takes a session down on a link that loses nothing.</summary>
    private static void StayUp(SimulatedPair pair)
    {
        int before = pair.Changes;
        for (int i = 0; i < 20; i++)
        {
            int end = pair.Random.Next(2);
            pair.Reconfigure(end, Settings(pair.Random) with { IsPassive = pair[end].Machine.Settings.IsPassive });
            pair.RunUntil(pair.Now + (TimeSpan.FromSeconds(pair.Random.Next(2) == 0 ? 0.05 : 2) * pair.Random.NextDouble()));
        }

        pair.RunUntil(pair.Now + TimeSpan.FromSeconds(10));
        if (pair.Changes != before)
            pair.Fail("down though nothing was lost");
        foreach (int end in (int[])[0, 1])
        {
            BfdSessionSettings own = pair[end].Machine.Settings, other = pair[1 - end].Machine.Settings;
            TimeSpan interval = own.TransmitInterval > other.ReceiveInterval ? own.TransmitInterval : other.ReceiveInterval;
            if (pair[end].State.TransmitInterval != interval || pair[1 - end].State.DetectionTime != own.Multiplier * interval)
                pair.Fail($"end {end} has not agreed on {interval}");
        }
    }

    private static void Cut(SimulatedPair pair)
    {
        pair.Loss = 1;
        pair.RunUntil(pair.Now + pair.MostDelay); // what is under way still arrives
        TimeSpan first = pair[0].State.DetectionDeadline, second = pair[1].State.DetectionDeadline;
        TimeSpan last = first > second ? first : second;
        pair.RunUntil((first < second ? first : second) - TimeSpan.FromTicks(1));
        if (!pair.AreUp)
            pair.Fail("down too early");
        pair.RunUntil(last);
        if (pair[0].State.State != BfdState.Down || pair[1].State.State != BfdState.Down)
            pair.Fail("up too long");
    }

    private static BfdSessionSettings Settings(Random random) => new()
    {
        TransmitInterval = Interval(random),
        ReceiveInterval = Interval(random),
        IdleTransmitInterval = TimeSpan.FromSeconds(1 + random.Next(3)),
        Multiplier = (byte)(random.Next(3) == 0 ? 1 : random.Next(2, 6)),
    };

    private static TimeSpan Interval(Random random) => TimeSpan.FromMilliseconds(random.Next(3) == 0 ? random.Next(500, 1500) : random.Next(10, 200));
}
