using CsCheck;
using FastLb.Native.Xdp;
using FastLb.PacketIO.AfXdp;
using Xunit;

namespace FastLb.PacketIO.Tests.AfXdp;

/// <summary>
/// The rings against a queue as their model. Every run starts close below 2^32, so that the indices wrap within it, and its steps are numbers:
/// the number's remainder chooses who acts, its quotient how much is done.
/// </summary>
public sealed class RingTests
{
    private const uint Size = 8;

    private static readonly Gen<(uint Start, int[] Steps)> Runs =
        Gen.Select(Gen.UInt[uint.MaxValue - 40, uint.MaxValue], Gen.Int[0, 1000].Array[0, 200]);

    [Fact]
    public void Fill_ring_hands_over_what_was_submitted_in_order_and_never_overwrites_what_the_kernel_has_not_taken() =>
        Runs.Sample(run =>
        {
            using FakeRing<ulong> kernel = new(Size, run.Start);
            FillRing ring = new(kernel.Memory);
            Queue<ulong> reserved = new();
            Queue<ulong> submitted = new();
            ulong next = 1;
            foreach (int step in run.Steps)
            {
                uint amount = (uint)step / 3;
                switch (step % 3)
                {
                    case 0:
                        uint free = Size - (uint)(reserved.Count + submitted.Count);
                        uint granted = ring.Reserve(amount % 12, out uint index);
                        Assert.Equal(Math.Min(free, amount % 12), granted);
                        for (uint i = 0; i < granted; i++)
                        {
                            ring[index + i] = next;
                            reserved.Enqueue(next++);
                        }

                        break;
                    case 1:
                        ring.Submit();
                        while (reserved.TryDequeue(out ulong entry))
                            submitted.Enqueue(entry);
                        break;
                    default:
                        for (uint i = amount % 12; i > 0 && kernel.Present > 0; i--)
                            Assert.Equal(submitted.Dequeue(), kernel.Take());
                        break;
                }

                Assert.Equal((uint)submitted.Count, kernel.Present);
                Assert.Equal((uint)(submitted.Count + reserved.Count), ring.Count);
            }
        });

    [Fact]
    public void Transmit_ring_hands_over_whole_descriptors_in_order() =>
        Runs.Sample(run =>
        {
            using FakeRing<xdp_desc> kernel = new(Size, run.Start);
            TransmitRing ring = new(kernel.Memory);
            Queue<xdp_desc> pending = new();
            uint next = 1;
            foreach (int step in run.Steps)
            {
                if (step % 2 == 0)
                {
                    bool expected = pending.Count < Size;
                    Assert.Equal(expected ? 1u : 0u, ring.Reserve(1, out uint index));
                    if (expected)
                    {
                        xdp_desc descriptor = new() { addr = (ulong)next << 33, len = next, options = next % 3 };
                        ring[index] = descriptor;
                        ring.Submit();
                        pending.Enqueue(descriptor);
                        next++;
                    }
                }
                else if (kernel.Present > 0)
                {
                    Assert.Equal(pending.Dequeue(), kernel.Take());
                }

                Assert.Equal((uint)pending.Count, ring.Count);
            }
        });

    [Fact]
    public void Receive_ring_shows_what_the_kernel_published_in_order_and_frees_only_what_was_released() =>
        Runs.Sample(run =>
        {
            using FakeRing<xdp_desc> kernel = new(Size, run.Start);
            ReceiveRing ring = new(kernel.Memory);
            Queue<xdp_desc> pending = new();
            uint next = 1;
            foreach (int step in run.Steps)
            {
                uint amount = (uint)step / 2 % 12;
                if (step % 2 == 0)
                {
                    for (; amount > 0 && pending.Count < Size; amount--)
                    {
                        xdp_desc descriptor = new() { addr = (ulong)next << 33, len = next };
                        kernel.Put(descriptor);
                        pending.Enqueue(descriptor);
                        next++;
                    }
                }
                else
                {
                    uint shown = ring.Peek(amount, out uint index);
                    Assert.Equal(Math.Min(amount, (uint)pending.Count), shown);
                    xdp_desc[] expected = [.. pending];
                    for (uint i = 0; i < shown; i++)
                        Assert.Equal(expected[i], ring[index + i]);
                    uint released = shown / 2; // the rest is shown again
                    ring.Release(released);
                    for (uint i = 0; i < released; i++)
                        pending.Dequeue();
                }

                Assert.Equal((uint)pending.Count, kernel.Present);
                Assert.Equal((uint)pending.Count, ring.Count);
            }
        });

    [Fact]
    public void Completion_ring_shows_what_the_kernel_published_in_order() =>
        Runs.Sample(run =>
        {
            using FakeRing<ulong> kernel = new(Size, run.Start);
            CompletionRing ring = new(kernel.Memory);
            Queue<ulong> pending = new();
            ulong next = 1;
            foreach (int step in run.Steps)
            {
                if (step % 3 != 0)
                {
                    if (pending.Count < Size)
                    {
                        kernel.Put(next);
                        pending.Enqueue(next++);
                    }
                }
                else
                {
                    uint shown = ring.Peek(uint.MaxValue, out uint index);
                    Assert.Equal((uint)pending.Count, shown);
                    for (uint i = 0; i < shown; i++)
                        Assert.Equal(pending.Dequeue(), ring[index + i]);
                    ring.Release(shown);
                }

                Assert.Equal((uint)pending.Count, ring.Count);
            }
        });

    [Fact]
    public void Wakeup_is_needed_exactly_while_the_kernel_says_so()
    {
        using FakeRing<ulong> kernel = new(Size, 0);
        FillRing fill = new(kernel.Memory);
        TransmitRing transmit = new(kernel.Memory);
        Assert.False(fill.NeedsWakeup || transmit.NeedsWakeup);
        kernel.Flags = XdpUapi.XDP_RING_NEED_WAKEUP;
        Assert.True(fill.NeedsWakeup && transmit.NeedsWakeup);
        kernel.Flags = ~XdpUapi.XDP_RING_NEED_WAKEUP;
        Assert.False(fill.NeedsWakeup || transmit.NeedsWakeup);
    }

    [Fact]
    public void A_size_that_is_no_power_of_two_is_refused()
    {
        using FakeRing<ulong> kernel = new(Size, 0);
        RingMemory odd = kernel.Memory with { Size = 6 };
        Assert.Throws<ArgumentException>(() => new FillRing(odd));
        Assert.Throws<ArgumentException>(() => new CompletionRing(odd));
        Assert.Throws<ArgumentException>(() => new ReceiveRing(odd));
        Assert.Throws<ArgumentException>(() => new TransmitRing(odd));
    }
}
