using FastLb.Configuration.Model;
using FastLb.Vrrp;

namespace FastLb.VrrpHost;

/// <summary>A sync group went from one role to another.</summary>
/// <param name="Group">Which.</param>
/// <param name="From">The role before.</param>
/// <param name="To">The role now.</param>
internal sealed record RouterGroupChange(VrrpSyncGroup Group, VrrpRole From, VrrpRole To);

/// <summary>
/// The routers of a sync group, which follow each other's steps (<see cref="SyncGroup"/>). Belongs to the thread of <see cref="RouterThread"/>; <see cref="Role"/> may be read by any.
/// </summary>
internal sealed class RouterGroup(VrrpSyncGroup group, Action<RouterGroupChange> changed)
{
    private readonly List<Router> _members = [];
    private readonly List<SyncGroupOrder> _orders = [];
    private readonly Queue<MemberStep> _steps = new();
    private VirtualRouterState[] _states = [];
    private bool _isFollowing;
    private volatile int _role = (int)VrrpRole.Init;

    /// <summary>What the configuration says of it.</summary>
    public VrrpSyncGroup Group => group;

    /// <summary>What it is as a whole.</summary>
    public VrrpRole Role => (VrrpRole)_role;

    /// <summary>Takes a router in.</summary>
    public void Add(Router router)
    {
        _members.Add(router);
        _states = new VirtualRouterState[_members.Count];
        router.Group = this;
    }

    /// <summary>All members are there: brings those into line that were in no group, or another one, before.</summary>
    public void Begin()
    {
        ReadStates();
        _role = (int)SyncGroup.RoleOf(_states);
        if (_members.Count > 0)
            Follow(_members[0], _members[0].State, heardLowerPriority: false);
    }

    /// <summary>A member has taken a step: has the others follow, in its order and before anything else happens to any of them.</summary>
    /// <param name="router">Which.</param>
    /// <param name="before">Its state before.</param>
    /// <param name="heardLowerPriority">Whether it has heard a master of lower priority as master.</param>
    public void Follow(Router router, in VirtualRouterState before, bool heardLowerPriority)
    {
        _steps.Enqueue(new MemberStep(_members.IndexOf(router), before, heardLowerPriority));
        if (_isFollowing)
            return; // the loop below goes on with it
        _isFollowing = true;
        while (_steps.TryDequeue(out MemberStep step))
            Follow(step);
        _isFollowing = false;
        Show();
    }

    private void Follow(in MemberStep step)
    {
        ReadStates();
        SyncGroup.Follow(_states, step.Member, step.Before, step.HeardLowerPriority, _orders);
        SyncGroupOrder[] orders = _orders.Count == 0 ? [] : [.. _orders];
        foreach (SyncGroupOrder order in orders)
            _members[order.Member].Tell(order.Input);
    }

    private void ReadStates()
    {
        for (int i = 0; i < _states.Length; i++)
            _states[i] = _members[i].State;
    }

    private void Show()
    {
        ReadStates();
        VrrpRole role = SyncGroup.RoleOf(_states);
        VrrpRole before = Role;
        if (role == before)
            return;
        _role = (int)role;
        changed(new RouterGroupChange(group, before, role));
    }

    private readonly record struct MemberStep(int Member, VirtualRouterState Before, bool HeardLowerPriority);
}
