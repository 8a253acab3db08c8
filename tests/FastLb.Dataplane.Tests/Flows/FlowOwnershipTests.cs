using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Pipeline;
using FastLb.Testing;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Flows;

public sealed class FlowOwnershipTests
{
    private static readonly FlowHash Hash = new(0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(64)]
    public void Endpoints_are_spread_evenly_over_the_workers(int workers)
    {
        const int endpoints = 64_000;
        int[] owned = new int[workers];
        for (uint i = 0; i < endpoints; i++)
            owned[Hash.Choose(0x0A000000 + (i >> 5), (ushort)(1024 + (i & 31)), workers)]++;

        // Five standard deviations of a fair draw.
        double share = (double)endpoints / workers;
        Assert.All(owned, count => Assert.InRange(count, share - (5 * Math.Sqrt(share)), share + (5 * Math.Sqrt(share))));
    }

    [Fact]
    public void Owner_depends_on_the_seed()
    {
        int same = 0;
        for (ushort port = 0; port < 1000; port++)
            same += Hash.Choose(0x0A000001, port, 2) == (Hash with { Seed2 = ~Hash.Seed2, Seed0 = Hash.Seed1 }).Choose(0x0A000001, port, 2) ? 1 : 0;
        Assert.InRange(same, 400, 600);
    }

    [Fact]
    public void Frame_of_another_workers_flow_is_handed_over_untouched_and_uncounted_and_decided_by_its_owner()
    {
        PipelineFixture[] workers = [.. Enumerable.Range(0, 4).Select(worker => new PipelineFixture(worker: worker, workers: 4, hash: Hash))];
        for (ushort port = 1000; port < 1064; port++)
        {
            byte[] frame = new FrameBuilder { ClientPort = port }.Build();
            var owner = (ushort)Hash.Choose(IpAddress.Parse("192.0.2.50").V4, port, 4);
            for (int worker = 0; worker < 4; worker++)
            {
                PacketSlot slot = workers[worker].Process(frame);
                if (worker == owner)
                {
                    Assert.Equal(VerdictKind.Forward, slot.Kind);
                    continue;
                }

                Assert.Equal((VerdictKind.HandOver, owner), (slot.Kind, slot.Worker));
                Assert.Equal(frame, workers[worker].Frame);
            }
        }

        Assert.All(workers, worker => Assert.InRange(worker.Flows.Count, 1, 63));
        Assert.Equal(64, workers.Sum(worker => worker.Flows.Count));
        Assert.Equal(64, workers.Sum(worker => Enum.GetValues<VerdictReason>().Sum(reason => worker.Verdicts[reason])));
        foreach (PipelineFixture worker in workers)
            worker.Dispose();
    }
}
