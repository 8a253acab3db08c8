namespace FastLb.Vrrp.Tests;

/// <summary>RFC 3768 §6.4.2, keepalived's preemption and their timers.</summary>
public sealed class BackupTests
{
    [Theory]
    [InlineData(100, 1, 3, 3.609375)]
    [InlineData(90, 1, 3, 3.6484375)]
    [InlineData(254, 1, 3, 3.0078125)]
    [InlineData(1, 10, 3, 30.99609375)]
    [InlineData(100, 2, 5, 10.609375)]
    public void Takes_over_when_the_master_is_silent_for_the_intervals_and_a_skew_of_version_2(
        byte priority, double interval, int adverts, double expected)
    {
        RouterFixture router = RouterFixture.Backup(RouterFixture.Settings(priority) with
        {
            AdvertisementInterval = TimeSpan.FromSeconds(interval),
            DownTimerAdverts = adverts,
        });
        Assert.Equal(expected, router.RoleTimer, 1e-6);
        Assert.Equal([$"advertise {priority}", "acquire", "garp 5", "Backup to Master: MasterDown"], router.AtDeadline());
        Assert.Equal(interval, router.RoleTimer);
        Assert.Equal((RouterFixture.OwnAddress, priority), (router.State.MasterAddress!.Value, router.State.MasterPriority));
    }

    [Fact]
    public void A_timer_that_comes_early_changes_nothing()
    {
        RouterFixture router = RouterFixture.Backup();
        VirtualRouterState before = router.State;
        Assert.Empty(router.Wait(3.6).Do(VrrpInput.TimerDue));
        Assert.Equal(before, router.State);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(255)]
    public void An_advertisement_of_at_least_its_priority_starts_the_timer_anew(byte priority)
    {
        RouterFixture router = RouterFixture.Backup();
        Assert.Empty(router.Wait(3.5).Hear(priority, RouterFixture.LowerAddress));
        Assert.Equal(3.609375, router.RoleTimer, 1e-6);
        Assert.Equal((RouterFixture.LowerAddress, priority), (router.State.MasterAddress!.Value, router.State.MasterPriority));
    }

    [Fact]
    public void Priority_zero_leaves_but_the_skew()
    {
        RouterFixture router = RouterFixture.Backup(RouterFixture.Settings(90));
        router.Hear(100);
        Assert.Empty(router.Wait(0.25).Hear(0));
        Assert.Equal(0.6484375, router.RoleTimer, 1e-6);
        Assert.Equal("Backup to Master: MasterStopped", router.AtDeadline()[^1]);
    }

    [Fact]
    public void A_successor_that_is_heard_within_the_skew_is_followed()
    {
        RouterFixture router = RouterFixture.Backup();
        router.Hear(0);
        router.Wait(0.5).Hear(110);
        Assert.Equal(3.609375, router.RoleTimer, 1e-6);
        Assert.Equal("Backup to Master: MasterDown", router.AtDeadline()[^1]);
    }

    [Fact]
    public void A_lower_priority_is_discarded_and_the_timer_runs_on()
    {
        RouterFixture router = RouterFixture.Backup();
        TimeSpan timer = router.State.RoleTimer;
        Assert.Equal(["LowerPriorityDiscarded 99 192.0.2.11"], router.Wait(3.5).Hear(99));
        Assert.Equal(timer, router.State.RoleTimer);
        Assert.Equal((RouterFixture.HigherAddress, (byte)99), (router.State.MasterAddress!.Value, router.State.MasterPriority));
        Assert.Equal(["advertise 100", "acquire", "garp 5", "Backup to Master: Preempted"], router.AtDeadline());
    }

    [Fact]
    public void A_lower_priority_is_accepted_without_preemption()
    {
        RouterFixture router = RouterFixture.Backup(RouterFixture.Settings() with { Preempts = false });
        Assert.Empty(router.Wait(3).Hear(1));
        Assert.Equal(3.609375, router.RoleTimer, 1e-6);
    }

    [Fact]
    public void One_that_wishes_to_be_master_preempts_whatever_else_is_set()
    {
        RouterFixture router = RouterFixture.Backup(RouterFixture.Settings() with
        {
            Preempts = false,
            PreemptDelay = TimeSpan.FromSeconds(60),
            WishesToBeMaster = true,
        });
        Assert.Equal(["LowerPriorityDiscarded 99 192.0.2.11"], router.Hear(99));
    }

    [Fact]
    public void Without_preemption_there_is_no_preempt_delay()
    {
        RouterFixture router = RouterFixture.Backup(RouterFixture.Settings() with { Preempts = false, PreemptDelay = TimeSpan.FromSeconds(5) });
        for (int second = 0; second < 100; second++)
            Assert.Empty(router.Wait(1).Hear(99));
    }

    /// <summary>Measured with keepalived: a delay of 5 s leads to the takeover 8.7 s after the start.</summary>
    [Fact]
    public void Preempt_delay_begins_with_the_first_lower_advertisement_and_the_timer_must_still_run_out_after_it()
    {
        RouterFixture router = RouterFixture.Backup(RouterFixture.Settings() with { PreemptDelay = TimeSpan.FromSeconds(5) });
        Assert.Equal(["preempt delay"], router.Wait(0.1).Hear(90));
        for (int second = 1; second <= 4; second++)
            Assert.Empty(router.Wait(1).Hear(90));
        TimeSpan timer = router.State.RoleTimer;
        for (int second = 5; second <= 7; second++)
            Assert.Equal(["LowerPriorityDiscarded 90 192.0.2.11"], router.Wait(1).Hear(90));
        Assert.Equal(timer, router.State.RoleTimer);
        Assert.Equal("Backup to Master: Preempted", router.AtDeadline()[^1]);
        Assert.Equal(0.1 + 4 + 3.609375, router.Now.TotalSeconds - 1000, 1e-6);
    }

    [Fact]
    public void Preempt_delay_begins_afresh_after_a_master_of_its_own_priority_or_more()
    {
        RouterFixture router = RouterFixture.Backup(RouterFixture.Settings() with { PreemptDelay = TimeSpan.FromSeconds(5) });
        router.Hear(90);
        Assert.Empty(router.Wait(3).Hear(100));
        Assert.Equal(VirtualRouterState.Never, router.State.PreemptsFrom);
        Assert.Equal(["preempt delay"], router.Wait(3).Hear(90));
    }

    [Fact]
    public void A_master_that_dies_during_the_preempt_delay_is_succeeded_by_its_timer()
    {
        RouterFixture router = RouterFixture.Backup(RouterFixture.Settings() with { PreemptDelay = TimeSpan.FromSeconds(500) });
        router.Hear(90);
        Assert.Equal("Backup to Master: MasterDown", router.AtDeadline()[^1]);
    }

    [Theory]
    [InlineData(100, 200)]
    [InlineData(100, 20)]
    public void A_change_of_priority_moves_the_running_timer_by_the_skews_difference(byte before, byte after)
    {
        RouterFixture router = RouterFixture.Backup(RouterFixture.Settings(before));
        double timer = router.Wait(1).RoleTimer;
        Assert.Empty(router.Do(VrrpInput.PriorityChanged(after)));
        Assert.Equal(timer + ((before - after) / 256.0), router.RoleTimer, 1e-6);
    }

    [Fact]
    public void A_timer_is_not_moved_into_the_past()
    {
        RouterFixture router = RouterFixture.Backup(RouterFixture.Settings(1));
        router.Wait(3.9).Do(VrrpInput.PriorityChanged(254));
        Assert.Equal(0, router.RoleTimer);
        Assert.Equal("advertise 254", router.AtDeadline()[0]);
    }

    [Fact]
    public void A_raised_priority_preempts_the_master() // spec: the master's next advertisement is lower, and is discarded
    {
        RouterFixture router = RouterFixture.Backup(RouterFixture.Settings(90));
        router.Hear(100);
        router.Do(VrrpInput.PriorityChanged(110));
        Assert.Equal(["LowerPriorityDiscarded 100 192.0.2.11"], router.Wait(1).Hear(100));
    }

    [Fact]
    public void A_stop_says_nothing_to_the_network()
    {
        RouterFixture router = RouterFixture.Backup();
        Assert.Equal(["Backup to Stopped: StopRequested"], router.Do(VrrpInput.Stop));
        Assert.Equal(VirtualRouterState.Never, router.State.NextDeadline);
        Assert.Empty(router.Do(VrrpInput.Stop));
        Assert.Empty(router.Hear(1));
    }

    [Theory]
    [InlineData(true, TransitionReason.InterfaceDown)]
    [InlineData(false, TransitionReason.NoAddress)]
    public void A_fault_ends_it_and_the_fault_s_end_begins_it_with_a_full_timer(bool ofInterface, TransitionReason reason)
    {
        RouterFixture router = RouterFixture.Backup();
        Assert.Equal([$"Backup to Fault: {reason}"], router.Wait(3).Do(ofInterface ? VrrpInput.InterfaceDown : VrrpInput.OwnAddressChanged(null)));
        Assert.Equal(VirtualRouterState.Never, router.State.NextDeadline);
        Assert.Empty(router.Hear(1));
        VrrpInput cure = ofInterface ? VrrpInput.InterfaceUp : VrrpInput.OwnAddressChanged(RouterFixture.HigherAddress);
        Assert.Equal(["Fault to Backup: FaultsCleared"], router.Wait(3).Do(cure));
        Assert.Equal(3.609375, router.RoleTimer, 1e-6);
    }

    [Fact]
    public void Every_fault_must_go()
    {
        RouterFixture router = RouterFixture.Backup();
        router.Do(VrrpInput.InterfaceDown);
        Assert.Empty(router.Do(VrrpInput.OwnAddressChanged(null)));
        Assert.Empty(router.Do(VrrpInput.InterfaceUp));
        Assert.Equal(["Fault to Backup: FaultsCleared"], router.Do(VrrpInput.OwnAddressChanged(RouterFixture.OwnAddress)));
    }

    [Fact]
    public void A_priority_changed_in_fault_counts_afterwards()
    {
        RouterFixture router = RouterFixture.Backup();
        router.Do(VrrpInput.InterfaceDown);
        router.Do(VrrpInput.PriorityChanged(200));
        router.Do(VrrpInput.InterfaceUp);
        Assert.Equal(3.21875, router.RoleTimer, 1e-6);
    }

    [Fact]
    public void Priority_zero_is_not_a_priority_to_compete_with() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => VrrpInput.PriorityChanged(0));
}
