using System.Runtime.InteropServices;
using FastLb.Dataplane.Flows;
using FastLb.Dataplane.Services;
using FastLb.Wire;

namespace FastLb.Dataplane.Tests.Flows;

/// <summary>A million flows in the tables of two workers; <c>FastLb.Benchmarks flows</c> does the same with ten million and measures it.</summary>
public sealed unsafe class FlowTableAtSizeTests
{
    private const int Flows = 1_000_000;
    private const int Slot = 3;

    private static readonly MonotonicTime Start = MonotonicTime.FromSeconds(50);
    private static readonly ServerIdentity Server = new(new ServiceKey(IpAddress.Parse("192.0.2.100"), IpProtocol.Tcp, 80), IpAddress.Parse("192.0.2.132"), 80);

    [Fact]
    public void Million_flows_fit_are_found_are_adopted_and_end()
    {
        long length = FlowStore.RequiredBytes(Flows);
        void* memory = NativeMemory.AlignedAlloc((nuint)length, 4096);
        try
        {
            NativeMemory.Clear(memory, (nuint)length);
            var store = FlowStore.Open((nint)memory, length, Start, out _);
            store.MakeTables(2, Flows, FlowHash.FromSeed("a seed of thirty-two random bytes"u8), Start);
            store.Servers.Assign(Slot, Server);
            for (int number = 0; number < Flows; number++)
            {
                FlowTable table = OwnerOf(store, number);
                uint index = table.Insert(Key(number), table.HashOf(Key(number)), Slot, TimingWheel.TickOf(Start) + 16);
                Assert.NotEqual(0u, index);
                table.Advance(index, ref table.Entry(index), FlowState.Established, TimingWheel.TickOf(Start) + 80);
            }

            var successor = FlowStore.Open((nint)memory, length, Start, out string refusal);

            Assert.Equal((string.Empty, Flows, Flows), (refusal, successor.Count, successor.Servers.ActiveFlows(Slot)));
            for (int number = 0; number < Flows; number++)
            {
                FlowTable table = OwnerOf(successor, number);
                Assert.NotEqual(0u, table.Find(Key(number), table.HashOf(Key(number))));
            }

            Assert.Equal(Flows, successor.Tables.Sum(table => table.Expire(Start + TimeSpan.FromSeconds(11), int.MaxValue)));
            Assert.Equal(0, successor.Count);
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    private static FlowTable OwnerOf(FlowStore store, int number) => store.Tables[store.Tables[0].OwnerOf(Key(number), store.Tables.Count)];

    private static FlowKey Key(int number) => new(0x0A00_0000 + (uint)(number / 50_000), 0xC000_0264, (ushort)(1024 + (number % 50_000)), 80, IpProtocol.Tcp);
}
