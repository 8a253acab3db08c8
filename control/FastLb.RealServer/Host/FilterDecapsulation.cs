using FastLb.Native.Bpf;
using FastLb.Netlink;

namespace FastLb.RealServer.Host;

/// <summary>
/// The program as a filter of traffic control: the same on every kernel from 6.1 on, and without a file system to be pinned in. <c>tc filter show dev IF
/// ingress</c> shows it by its name.
/// </summary>
internal sealed class FilterDecapsulation(Rtnetlink kernel) : IDecapsulation
{
    /// <summary>What it is recognised by.</summary>
    public const string FilterName = "fastlb-decapsulate";

    private const ushort Priority = 0xFA57; // after filters that an administrator has put there
    private const uint Handle = 1;
    private const ushort EtherTypeIpv4 = 0x0800;

    public DecapsulationState? Read(LinkInfo link)
    {
        if (Find(link)?.ProgramId is not { } programId)
            return null;
        using DecapsulationProgram? program = DecapsulationProgram.TryOpen(programId);
        return program is null ? null : new DecapsulationState(program.ReadRules(), program.ReadCounters());
    }

    public bool AddPlace(LinkInfo link) => kernel.Filters.AddPlace(link.Index);

    public void Put(LinkInfo link, DecapsulationRules rules)
    {
        using DecapsulationProgram program = DecapsulationProgram.Load(rules);
        kernel.Filters.Put(Ours(link), FilterSide.Ingress, program.Handle);
    }

    public bool Remove(LinkInfo link) => Find(link) is { } filter && kernel.Filters.Remove(filter, FilterSide.Ingress);

    public bool RemoveEmptyPlace(LinkInfo link)
    {
        if (kernel.Filters.List(link.Index, FilterSide.Ingress).Count + kernel.Filters.List(link.Index, FilterSide.Egress).Count > 0)
            return false;
        kernel.Filters.RemovePlace(link.Index);
        return true;
    }

    private static FilterInfo Ours(LinkInfo link) => new(link.Index, Priority, Handle, "bpf") { EtherType = EtherTypeIpv4, ProgramName = FilterName };

    private FilterInfo? Find(LinkInfo link) =>
        kernel.Filters.List(link.Index, FilterSide.Ingress).FirstOrDefault(filter => filter.ProgramName == FilterName);
}
