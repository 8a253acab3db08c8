using System.Net;
using FastLb.Native.Bpf;
using FastLb.Native.Tests.Bpf;
using FastLb.Native.Tests.Namespaces;
using FastLb.Netlink;

namespace FastLb.Native.Tests.Netlink;

public sealed class FilterTableTests : RtnetlinkFixture
{
    private const ushort Ipv4 = 0x0800;

    [Fact]
    public void Filter_is_put_found_replaced_and_removed()
    {
        using DecapsulationProgram first = Load(), second = Load();
        FilterInfo filter = new(NearIndex, 7, 3, "bpf") { EtherType = Ipv4, ProgramName = "test-filter" };
        Assert.True(Kernel.Filters.AddPlace(NearIndex));

        Kernel.Filters.Put(filter, FilterSide.Ingress, first.Handle);
        FilterInfo before = Find();
        Kernel.Filters.Put(filter, FilterSide.Ingress, second.Handle);
        FilterInfo after = Find();

        Assert.Equal(filter, before with { ProgramId = null });
        Assert.Equal(filter, after with { ProgramId = null });
        Assert.NotEqual(before.ProgramId, after.ProgramId);
        Assert.Contains("test-filter direct-action", Near.Run("tc", "filter show dev near ingress"), StringComparison.Ordinal);
        Assert.Empty(Kernel.Filters.List(NearIndex, FilterSide.Egress));
        Assert.True(Kernel.Filters.Remove(filter, FilterSide.Ingress));
        Assert.False(Kernel.Filters.Remove(filter, FilterSide.Ingress));
        Assert.DoesNotContain(Kernel.Filters.List(NearIndex, FilterSide.Ingress), found => found.Handle == 3);
    }

    [Fact]
    public void Place_is_added_once_and_removed_once()
    {
        Assert.Empty(Kernel.Filters.List(NearIndex, FilterSide.Ingress));
        Assert.True(Kernel.Filters.AddPlace(NearIndex));
        Assert.False(Kernel.Filters.AddPlace(NearIndex));
        Assert.Contains("clsact", Near.Run("tc", "qdisc show dev near"), StringComparison.Ordinal);
        Assert.True(Kernel.Filters.RemovePlace(NearIndex));
        Assert.False(Kernel.Filters.RemovePlace(NearIndex));
        Assert.DoesNotContain("clsact", Near.Run("tc", "qdisc show dev near"), StringComparison.Ordinal);
    }

    [Fact]
    public void Program_stays_where_it_was_put_when_nobody_holds_it()
    {
        Kernel.Filters.AddPlace(NearIndex);
        using (DecapsulationProgram program = Load())
            Kernel.Filters.Put(new FilterInfo(NearIndex, 7, 3, "bpf") { EtherType = Ipv4, ProgramName = "test-filter" }, FilterSide.Ingress, program.Handle);

        using DecapsulationProgram found = DecapsulationProgram.TryOpen(Find().ProgramId!.Value)!;

        Assert.Equal([TunnelFrame.VirtualAddress], found.ReadRules().VirtualAddresses);
    }

    [Fact]
    public void Program_that_is_gone_or_another_is_none_of_ours()
    {
        using SteeringTable table = SteeringTable.Create();
        using SteeringProgram other = SteeringProgram.Load(table, receiveQueues: 1);
        Near.Invoke(() => other.Attach(NearIndex, VethPair.NearName, XdpAttachMode.Native));
        string id = Near.Run("ip", "-details link show near").Split("prog/xdp id ")[1].Split(' ')[0];

        Assert.Null(DecapsulationProgram.TryOpen(uint.Parse(id)));
        Assert.Null(DecapsulationProgram.TryOpen(uint.MaxValue));
    }

    [Fact]
    public void Filters_of_other_kinds_are_listed_by_kind()
    {
        Near.Run("tc", "qdisc add dev near clsact");
        Near.Run("tc", "filter add dev near egress protocol ip prio 5 u32 match u32 0 0 classid 1:1");

        Assert.All(Kernel.Filters.List(NearIndex, FilterSide.Egress), filter => Assert.Equal(("u32", null), (filter.Kind, filter.ProgramName)));
        Assert.NotEmpty(Kernel.Filters.List(NearIndex, FilterSide.Egress));
    }

    private static DecapsulationProgram Load() => DecapsulationProgram.Load(new DecapsulationRules(
        new HashSet<IPAddress> { TunnelFrame.VirtualAddress }, new HashSet<IPAddress> { TunnelFrame.Own }, new HashSet<IPAddress>()));

    private FilterInfo Find() => Kernel.Filters.List(NearIndex, FilterSide.Ingress).Single(filter => filter.Handle == 3);
}
