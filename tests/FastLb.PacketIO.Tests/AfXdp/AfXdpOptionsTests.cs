using FastLb.PacketIO.AfXdp;
using Xunit;

namespace FastLb.PacketIO.Tests.AfXdp;

public sealed class AfXdpOptionsTests
{
    public static TheoryData<AfXdpOptions> Unfit => new(
        new AfXdpOptions { ChunkSize = 1024 },
        new AfXdpOptions { RingSize = 16, ReceiveChunksPerQueue = 16 },
        new AfXdpOptions { RingSize = 1000, ReceiveChunksPerQueue = 500 },
        new AfXdpOptions { ReceiveChunksPerQueue = 0 },
        new AfXdpOptions { RingSize = 64, ReceiveChunksPerQueue = 65 },
        new AfXdpOptions { ChunksPerQueue = 2048, ReceiveChunksPerQueue = 2048 });

    [Fact]
    public void Defaults_fit_together() => AfXdpOptions.Validate(new AfXdpOptions());

    [Theory]
    [MemberData(nameof(Unfit))]
    public void Numbers_that_do_not_fit_together_are_refused_before_anything_is_opened(AfXdpOptions options)
    {
        InterfaceQueue anywhere = new("none", InterfaceIndex: int.MaxValue, Queue: 0);
        Assert.Throws<ArgumentException>(() => AfXdpPortSet.Open([anywhere], options));
    }

    [Fact]
    public void A_worker_without_queues_is_refused() => Assert.Throws<ArgumentException>(() => AfXdpPortSet.Open([], new AfXdpOptions()));
}
