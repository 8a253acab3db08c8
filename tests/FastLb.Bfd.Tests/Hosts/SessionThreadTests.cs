using FastLb.Bfd.Hosting;
using FastLb.Native.Tests.Namespaces;
using FastLb.Runtime.Tests;

namespace FastLb.Bfd.Tests.Hosts;

public sealed class SessionThreadTests
{
    private const int Attempts = 5;

    /// <summary>What happens every 50 ms must leave nothing to collect: a pause at the wrong moment costs a session.</summary>
    [Fact]
    public void Steady_sessions_allocate_nothing()
    {
        using DualStackPair pair = new();
        using RunningHost far = new(pair.Far, RunningHost.Session("four", VethPair.NearAddress), RunningHost.Session("six", DualStackPair.NearAddress6));
        using ThreadLog log = new(new RecordingLog());
        using Receivers receivers = new(log);
        SessionTable sessions = new();
        Exception? failure = null;
        SessionSurroundings surroundings = new(receivers, new Random(1), TimeProvider.System, _ => { }, log);
        using SessionThread thread = new(sessions, surroundings, new DiscardCounters(), fault => failure = fault);
        thread.Become([RunningHost.Session("four", VethPair.FarAddress), RunningHost.Session("six", DualStackPair.FarAddress6)]);
        pair.Near.Invoke(thread.Start);
        far.Until(() => sessions.All.Length == 2 && sessions.All.All(session => session.Status is { IsUp: true, TransmitInterval.TotalMilliseconds: 50 }), "up");

        long least = long.MaxValue;
        long[] sample = [0];
        for (int attempt = 0; attempt < Attempts && least != 0; attempt++)
        {
            long before = Sample();
            long sent = sessions.All.Sum(session => session.Status.Counters.Sent + session.Status.Counters.Received);
            far.Until(() => sessions.All.Sum(session => session.Status.Counters.Sent + session.Status.Counters.Received) >= sent + 40, "packets");
            least = Math.Min(least, Sample() - before);
        }

        Assert.Null(failure);
        Assert.Equal(0, least);

        long Sample()
        {
            Volatile.Write(ref sample[0], 0);
            thread.Tell(() => Volatile.Write(ref sample[0], GC.GetAllocatedBytesForCurrentThread()));
            far.Until(() => Volatile.Read(ref sample[0]) != 0, "sample");
            return sample[0];
        }
    }
}
