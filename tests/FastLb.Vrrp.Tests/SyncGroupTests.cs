using FastLb.Wire;

namespace FastLb.Vrrp.Tests;

/// <summary>Two virtual routers that are master, backup or faulty together. What each does is told as its name and the lines of <see cref="RouterFixture"/>.</summary>
public sealed class SyncGroupTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void None_becomes_master_before_all_could()
    {
        var group = new GroupFixture();
        group.Start();
        TimeSpan first = group.A.NextDeadline;
        group.Hear(1, 200, at: first - Second);
        group.At(first);

        Assert.Equal((VrrpRole.Backup, true), (group.A.Role, group.A.WantsMaster));
        Assert.Equal(VrrpRole.Backup, group.B.Role);
        Assert.Equal(first + TimeSpan.FromSeconds(3) + TimeSpan.FromTicks(156 * TimeSpan.TicksPerSecond / 256), group.A.NextDeadline);

        group.At(group.B.NextDeadline);

        Assert.Equal((VrrpRole.Master, VrrpRole.Master), (group.A.Role, group.B.Role));
        Assert.Equal((TransitionReason.MasterDown, TransitionReason.MasterDown), (group.A.LastReason, group.B.LastReason));
        Assert.Equal(VrrpRole.Master, group.Role);
    }

    [Fact]
    public void One_that_hears_a_master_again_does_not_want_to_be_it_any_more()
    {
        var group = new GroupFixture();
        group.Start();
        TimeSpan first = group.A.NextDeadline;
        group.Hear(1, 200, at: first - Second);
        group.At(first);

        group.Hear(0, 200, at: first + Second);
        Assert.False(group.A.WantsMaster);
        group.At(group.B.NextDeadline);

        Assert.Equal((VrrpRole.Backup, VrrpRole.Backup), (group.A.Role, group.B.Role));
    }

    [Fact]
    public void All_become_backup_with_the_first_that_hears_a_higher_priority()
    {
        GroupFixture group = GroupFixture.Master();

        group.Hear(1, 200, at: group.Now + Second);

        Assert.Equal((VrrpRole.Backup, TransitionReason.SyncGroupYielded), (group.A.Role, group.A.LastReason));
        Assert.Equal((VrrpRole.Backup, TransitionReason.HigherPriorityHeard), (group.B.Role, group.B.LastReason));
        Assert.DoesNotContain(group.Log, line => line.EndsWith("advertise 0", StringComparison.Ordinal));
        Assert.Contains("A: ReleaseAddresses", group.Log);
        Assert.Equal(VrrpRole.Backup, group.Role);
    }

    [Fact]
    public void A_fault_of_one_is_a_fault_of_all_and_goes_with_it()
    {
        GroupFixture group = GroupFixture.Master();

        group.Tell(0, VrrpInput.InterfaceDown);

        Assert.Equal((VrrpRole.Fault, TransitionReason.InterfaceDown), (group.A.Role, group.A.LastReason));
        Assert.Equal((VrrpRole.Fault, TransitionReason.SyncGroupFault), (group.B.Role, group.B.LastReason));
        Assert.Contains("B: advertise 0", group.Log);
        Assert.Equal(VrrpRole.Fault, group.Role);

        group.Tell(1, VrrpInput.Raised(VrrpFaults.Tracking));
        group.Tell(0, VrrpInput.InterfaceUp);
        Assert.Equal((VrrpRole.Fault, VrrpFaults.SyncGroup), (group.A.Role, group.A.Faults));
        Assert.Equal((VrrpRole.Fault, VrrpFaults.Tracking), (group.B.Role, group.B.Faults));

        group.Tell(1, VrrpInput.Cleared(VrrpFaults.Tracking));
        Assert.Equal((VrrpRole.Backup, VrrpRole.Backup), (group.A.Role, group.B.Role));
        Assert.Equal((VrrpFaults.None, VrrpFaults.None), (group.A.Faults, group.B.Faults));
    }

    [Fact]
    public void One_that_comes_to_a_group_of_masters_becomes_master_when_its_timer_runs_out()
    {
        GroupFixture group = GroupFixture.Master();
        group.Tell(1, VrrpInput.Stop);
        Assert.Equal((VrrpRole.Master, VrrpRole.Stopped), (group.A.Role, group.B.Role));

        group.Tell(1, VrrpInput.Start);
        group.At(group.B.NextDeadline);

        Assert.Equal((VrrpRole.Master, VrrpRole.Master), (group.A.Role, group.B.Role));
    }

    [Fact]
    public void A_lower_priority_heard_by_one_has_all_tell_their_neighbours()
    {
        GroupFixture group = GroupFixture.Master();

        group.Hear(0, 50, at: group.Now + Second);

        Assert.Equal(["A: LowerPriorityHeard", "A: advertise 100", "A: SendGratuitousArp 5", "B: SendGratuitousArp 5"], group.Log);
    }

    [Fact]
    public void Members_that_wish_to_be_master_are_ready_after_one_interval()
    {
        var group = new GroupFixture(RouterFixture.Settings() with { WishesToBeMaster = true });
        group.Start();
        TimeSpan ready = group.Now + Second + TimeSpan.FromTicks(156 * TimeSpan.TicksPerSecond / 25600);

        group.At(ready - TimeSpan.FromTicks(1));
        Assert.Equal(VrrpRole.Backup, group.A.Role);
        group.At(ready);

        Assert.Equal((VrrpRole.Master, VrrpRole.Master), (group.A.Role, group.B.Role));
    }

    [Fact]
    public void Owners_wait_for_each_other()
    {
        var group = new GroupFixture(RouterFixture.Settings(255));
        group.Tell(0, VrrpInput.Start);
        group.At(group.Now);
        Assert.Equal((VrrpRole.Backup, VrrpRole.Init), (group.A.Role, group.B.Role));

        group.Tell(1, VrrpInput.Start);
        group.At(group.Now);

        Assert.Equal((VrrpRole.Master, VrrpRole.Master), (group.A.Role, group.B.Role));
        Assert.Equal(TransitionReason.OwnerStarted, group.A.LastReason);
    }

    [Fact]
    public void The_role_of_a_group_is_that_of_its_members_taken_together()
    {
        VirtualRouterState init = default;
        VirtualRouterState backup = init with { Role = VrrpRole.Backup };
        VirtualRouterState master = init with { Role = VrrpRole.Master };
        VirtualRouterState fault = init with { Role = VrrpRole.Fault };
        VirtualRouterState stopped = init with { Role = VrrpRole.Stopped };
        Assert.Equal(VrrpRole.Init, SyncGroup.RoleOf([init, init]));
        Assert.Equal(VrrpRole.Init, SyncGroup.RoleOf([init, backup]));
        Assert.Equal(VrrpRole.Backup, SyncGroup.RoleOf([master, backup]));
        Assert.Equal(VrrpRole.Master, SyncGroup.RoleOf([master, master]));
        Assert.Equal(VrrpRole.Fault, SyncGroup.RoleOf([master, fault]));
        Assert.Equal(VrrpRole.Stopped, SyncGroup.RoleOf([stopped, stopped]));
    }

    /// <summary>The members A and B with one clock, and the shell that carries out what their group orders.</summary>
    private sealed class GroupFixture
    {
        private readonly VirtualRouter _router;
        private readonly VirtualRouterState[] _states = new VirtualRouterState[2];
        private readonly EffectList _effects = new();

        public GroupFixture(VirtualRouterSettings? settings = null)
        {
            _router = new VirtualRouter((settings ?? RouterFixture.Settings()) with { IsInSyncGroup = true });
            Array.Fill(_states, VirtualRouterState.Initial(_router.Settings, interfaceIsUp: true, RouterFixture.OwnAddress, Now));
        }

        public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1000);

        public List<string> Log { get; } = [];

        public VirtualRouterState A => _states[0];

        public VirtualRouterState B => _states[1];

        public VrrpRole Role => SyncGroup.RoleOf(_states);

        public static GroupFixture Master()
        {
            var group = new GroupFixture();
            group.Start();
            group.At(group.A.NextDeadline);
            Assert.Equal((VrrpRole.Master, VrrpRole.Master), (group.A.Role, group.B.Role));
            group.Log.Clear();
            return group;
        }

        public void Start()
        {
            Tell(0, VrrpInput.Start);
            Tell(1, VrrpInput.Start);
        }

        /// <summary>Moves the clock and has both act if their time has come.</summary>
        public void At(TimeSpan when)
        {
            Now = when;
            Tell(0, VrrpInput.TimerDue);
            Tell(1, VrrpInput.TimerDue);
        }

        public void Hear(int member, byte priority, TimeSpan at)
        {
            Now = at;
            Tell(member, VrrpInput.AdvertReceived(new VrrpAdvertisement(51, priority, Second, RouterFixture.HigherAddress, AddressesDiffer: false)));
        }

        public void Tell(int member, VrrpInput input)
        {
            VirtualRouterState before = _states[member];
            _states[member] = _router.Step(before, input, Now, _effects);
            bool heardLower = false;
            foreach (ref readonly VrrpEffect effect in _effects.Effects)
            {
                heardLower |= effect.Kind == VrrpEffectKind.LowerPriorityHeard;
                string text = effect.Kind switch
                {
                    VrrpEffectKind.SendAdvertisement => $"advertise {effect.Priority}",
                    VrrpEffectKind.SendGratuitousArp => $"{effect.Kind} {effect.Repeat}",
                    _ => $"{effect.Kind}",
                };
                Log.Add($"{(member == 0 ? "A" : "B")}: {text}");
            }

            List<SyncGroupOrder> orders = [];
            SyncGroup.Follow(_states, member, before, heardLower, orders);
            foreach (SyncGroupOrder order in orders)
                Tell(order.Member, order.Input);
        }
    }
}
