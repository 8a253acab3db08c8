namespace FastLb.Vrrp;

/// <summary>Tells a member of a sync group something.</summary>
/// <param name="Member">Its place among the members.</param>
/// <param name="Input">What it is told.</param>
public readonly record struct SyncGroupOrder(int Member, VrrpInput Input);

/// <summary>
/// How virtual routers that are master, backup or faulty together (keepalived's <c>vrrp_sync_group</c>) follow each other: functions of the members' states, without
/// memory of their own.
/// </summary>
public static class SyncGroup
{
    /// <summary>
    /// What the members are to be told after one of them has taken a step. Each order is a step, too, after which this is asked again, until there are none. Allocates nothing
    /// once <paramref name="orders"/> has grown.
    /// </summary>
    /// <param name="members">All members as they are now.</param>
    /// <param name="stepped">Which of them has taken the step.</param>
    /// <param name="before">That member before it.</param>
    /// <param name="heardLowerPriority">Whether it has heard a master of lower priority as master (<see cref="VrrpEffectKind.LowerPriorityHeard"/>).</param>
    /// <param name="orders">Gets what is to be told, in order; what it held is lost.</param>
    public static void Follow(
        ReadOnlySpan<VirtualRouterState> members, int stepped, in VirtualRouterState before, bool heardLowerPriority, List<SyncGroupOrder> orders)
    {
        orders.Clear();
        ShareFaults(members, orders);
        if (orders.Count > 0)
            return;
        if (before.Role == VrrpRole.Master && members[stepped].Role == VrrpRole.Backup)
            YieldTogether(members, stepped, orders);
        else
            TakeOverTogether(members, orders);
        if (heardLowerPriority)
            DefendTogether(members, stepped, orders);
    }

    /// <summary>What the group as a whole is: faulty with its first member, master with its last, not begun until all have.</summary>
    public static VrrpRole RoleOf(ReadOnlySpan<VirtualRouterState> members)
    {
        bool allMaster = true;
        bool anyInit = false;
        bool allStopped = true;
        foreach (ref readonly VirtualRouterState member in members)
        {
            if (member.Role == VrrpRole.Fault)
                return VrrpRole.Fault;
            allMaster &= member.Role == VrrpRole.Master;
            anyInit |= member.Role == VrrpRole.Init;
            allStopped &= member.Role == VrrpRole.Stopped;
        }

        return allMaster ? VrrpRole.Master : anyInit ? VrrpRole.Init : allStopped ? VrrpRole.Stopped : VrrpRole.Backup;
    }

    /// <summary>Each has the fault of the others, for as long as one of these has a fault of its own.</summary>
    private static void ShareFaults(ReadOnlySpan<VirtualRouterState> members, List<SyncGroupOrder> orders)
    {
        int faulty = 0;
        foreach (ref readonly VirtualRouterState member in members)
            faulty += HasOwnFault(member) ? 1 : 0;
        for (int i = 0; i < members.Length; i++)
        {
            bool others = faulty > (HasOwnFault(members[i]) ? 1 : 0);
            bool knows = members[i].Faults.HasFlag(VrrpFaults.SyncGroup);
            if (others && !knows)
                orders.Add(new SyncGroupOrder(i, VrrpInput.Raised(VrrpFaults.SyncGroup)));
            else if (!others && knows)
                orders.Add(new SyncGroupOrder(i, VrrpInput.Cleared(VrrpFaults.SyncGroup)));
        }
    }

    private static void YieldTogether(ReadOnlySpan<VirtualRouterState> members, int stepped, List<SyncGroupOrder> orders)
    {
        for (int i = 0; i < members.Length; i++)
        {
            if (i != stepped && (members[i].Role == VrrpRole.Master || members[i].WantsMaster))
                orders.Add(new SyncGroupOrder(i, VrrpInput.SyncGroupYields));
        }
    }

    private static void TakeOverTogether(ReadOnlySpan<VirtualRouterState> members, List<SyncGroupOrder> orders)
    {
        foreach (ref readonly VirtualRouterState member in members)
        {
            if (member.Role != VrrpRole.Master && !member.WantsMaster)
                return;
        }

        for (int i = 0; i < members.Length; i++)
        {
            if (members[i].Role != VrrpRole.Master)
                orders.Add(new SyncGroupOrder(i, VrrpInput.SyncGroupTakesOver));
        }
    }

    private static void DefendTogether(ReadOnlySpan<VirtualRouterState> members, int stepped, List<SyncGroupOrder> orders)
    {
        for (int i = 0; i < members.Length; i++)
        {
            if (i != stepped && members[i].Role == VrrpRole.Master)
                orders.Add(new SyncGroupOrder(i, VrrpInput.SyncGroupDefends));
        }
    }

    private static bool HasOwnFault(in VirtualRouterState member) => (member.Faults & ~VrrpFaults.SyncGroup) != VrrpFaults.None;
}
