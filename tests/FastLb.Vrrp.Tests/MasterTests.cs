using FastLb.Wire;

namespace FastLb.Vrrp.Tests;

/// <summary>RFC 3768 §6.4.3 and keepalived's options.</summary>
public sealed class MasterTests
{
    private static readonly GratuitousArpBursts NoBursts = new() { MasterRepeat = 0, MasterDelay = TimeSpan.Zero, LowerPriorityRepeat = 0 };

    [Fact]
    public void Advertises_at_every_interval()
    {
        RouterFixture router = RouterFixture.Master(Quiet());
        TimeSpan since = router.Now;
        for (int second = 1; second <= 100; second++)
        {
            Assert.Equal(["advertise 100"], router.AtDeadline());
            Assert.Equal(second, (router.Now - since).TotalSeconds);
        }
    }

    [Fact]
    public void Lateness_does_not_add_up()
    {
        RouterFixture router = RouterFixture.Master(Quiet());
        router.Wait(1.25).Do(VrrpInput.TimerDue);
        Assert.Equal(0.75, router.RoleTimer, 1e-6);
    }

    [Fact]
    public void Missed_advertisements_are_not_made_up_for()
    {
        RouterFixture router = RouterFixture.Master(Quiet());
        Assert.Equal(["advertise 100"], router.Wait(10).Do(VrrpInput.TimerDue));
        Assert.Equal(1, router.RoleTimer);
    }

    [Fact]
    public void A_changed_priority_goes_with_the_next_advertisement()
    {
        RouterFixture router = RouterFixture.Master(Quiet());
        Assert.Empty(router.Wait(0.5).Do(VrrpInput.PriorityChanged(60)));
        Assert.Equal(0.5, router.RoleTimer, 1e-6);
        Assert.Equal(["advertise 60"], router.AtDeadline());
        Assert.Equal(60, router.State.MasterPriority);
    }

    [Fact]
    public void Priority_zero_is_answered_at_once()
    {
        RouterFixture router = RouterFixture.Master(Quiet());
        Assert.Equal(["StopHeard 0 192.0.2.11", "advertise 100"], router.Wait(0.5).Hear(0));
        Assert.Equal((VrrpRole.Master, 1.0), (router.State.Role, router.RoleTimer));
    }

    [Fact]
    public void A_lower_priority_is_answered_at_once_by_advertisement_and_gratuitous_arp()
    {
        RouterFixture router = RouterFixture.Master(Quiet() with
        {
            GratuitousArp = NoBursts with { LowerPriorityRepeat = 3, LowerPriorityDelay = TimeSpan.FromSeconds(2.5) },
        });
        Assert.Equal(["LowerPriorityHeard 99 192.0.2.11", "advertise 100", "garp 3"], router.Wait(0.25).Hear(99));
        Assert.Equal(1, router.RoleTimer);
        Assert.Equal(["advertise 100"], router.AtDeadline());
        Assert.Equal(["advertise 100"], router.AtDeadline());
        Assert.Equal(["garp 3"], router.AtDeadline());
        Assert.Equal(["advertise 100"], router.AtDeadline());
    }

    [Fact]
    public void A_lower_priority_is_not_answered_when_told_so() // vrrp_lower_prio_no_advert
    {
        RouterFixture router = RouterFixture.Master(Quiet() with { LowerPriorityNoAdvert = true });
        Assert.Equal(["LowerPriorityHeard 99 192.0.2.11"], router.Wait(0.25).Hear(99));
        Assert.Equal(0.75, router.RoleTimer, 1e-6);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Yields_to_a_higher_priority(bool sendsOneMore) // vrrp_higher_prio_send_advert
    {
        RouterFixture router = RouterFixture.Master(Quiet() with { HigherPrioritySendAdvert = sendsOneMore });
        string[] expected = ["release", "Master to Backup: HigherPriorityHeard"];
        Assert.Equal(sendsOneMore ? ["advertise 100", .. expected] : expected, router.Wait(0.5).Hear(101, RouterFixture.LowerAddress));
        Assert.Equal(3.609375, router.RoleTimer, 1e-6);
        Assert.Equal((RouterFixture.LowerAddress, (byte)101), (router.State.MasterAddress!.Value, router.State.MasterPriority));
        Assert.Equal("Backup to Master: MasterDown", router.AtDeadline()[^1]);
    }

    [Fact]
    public void Between_equals_the_higher_address_stays()
    {
        Assert.Equal(["release", "Master to Backup: HigherAddressHeard"], RouterFixture.Master(Quiet()).Hear(100, RouterFixture.HigherAddress));
        Assert.Equal(["LowerPriorityHeard 100 192.0.2.9", "advertise 100"], RouterFixture.Master(Quiet()).Hear(100, RouterFixture.LowerAddress));
    }

    [Fact]
    public void Addresses_compare_as_numbers()
    {
        IpAddress high = IpAddress.Parse("203.0.113.1");
        Assert.Equal("Master to Backup: HigherAddressHeard", RouterFixture.Master(Quiet()).Hear(100, high)[^1]);
    }

    [Fact]
    public void A_changed_own_address_decides_from_then_on()
    {
        RouterFixture router = RouterFixture.Master(Quiet());
        Assert.Empty(router.Do(VrrpInput.OwnAddressChanged(IpAddress.Parse("192.0.2.200"))));
        Assert.Equal(VrrpRole.Master, router.State.Role);
        Assert.Equal("LowerPriorityHeard 100 192.0.2.11", router.Hear(100, RouterFixture.HigherAddress)[0]);
        router.AtDeadline();
        Assert.Equal("192.0.2.200", router.State.MasterAddress.ToString());
    }

    [Fact]
    public void Somebody_with_the_own_address_is_reported()
    {
        RouterFixture router = RouterFixture.Master(Quiet());
        VirtualRouterState before = router.State;
        Assert.Equal(["AddressConflict 100 192.0.2.10"], router.Wait(0.5).Hear(100, RouterFixture.OwnAddress));
        Assert.Equal(before, router.State);
    }

    [Fact]
    public void Of_two_owners_the_one_with_the_lower_address_backs_off_to_254()
    {
        RouterFixture router = RouterFixture.Master(Quiet(255));
        string[] effects = router.Hear(255, RouterFixture.HigherAddress);
        Assert.Equal(["OwnerConflict 254 192.0.2.11", "release", "Master to Backup: HigherAddressHeard"], effects);
        Assert.Equal(254, router.State.Priority);
        Assert.Equal(3.0078125, router.RoleTimer, 1e-6);

        router.Do(VrrpInput.InterfaceDown);
        Assert.Equal(["Fault to Backup: FaultsCleared"], router.Do(VrrpInput.InterfaceUp));
    }

    [Fact]
    public void Of_two_owners_the_one_with_the_higher_address_stays()
    {
        RouterFixture router = RouterFixture.Master(Quiet(255));
        string[] effects = router.Hear(255, RouterFixture.LowerAddress);
        Assert.Equal(["OwnerConflict 255 192.0.2.9", "LowerPriorityHeard 255 192.0.2.9", "advertise 255"], effects);
        Assert.Equal((VrrpRole.Master, (byte)255), (router.State.Role, router.State.Priority));
    }

    [Fact]
    public void A_stop_is_announced_before_the_addresses_go()
    {
        RouterFixture router = RouterFixture.Master();
        Assert.Equal(["advertise 0", "release", "Master to Stopped: StopRequested"], router.Do(VrrpInput.Stop));
        Assert.Equal(VirtualRouterState.Never, router.State.NextDeadline);
        Assert.Empty(router.Do(VrrpInput.Stop));
        Assert.Equal(["Stopped to Backup: Started"], router.Do(VrrpInput.Start));
    }

    [Theory]
    [InlineData(true, TransitionReason.InterfaceDown)]
    [InlineData(false, TransitionReason.NoAddress)]
    public void A_fault_is_announced_before_the_addresses_go(bool ofInterface, TransitionReason reason)
    {
        RouterFixture router = RouterFixture.Master();
        VrrpInput fault = ofInterface ? VrrpInput.InterfaceDown : VrrpInput.OwnAddressChanged(null);
        Assert.Equal(["advertise 0", "release", $"Master to Fault: {reason}"], router.Do(fault));
        Assert.Empty(router.Do(fault));
        Assert.Equal(VirtualRouterState.Never, router.State.NextDeadline);
    }

    [Fact]
    public void A_master_puts_its_addresses_on_again_when_an_interface_of_theirs_has_been_renewed()
    {
        RouterFixture router = RouterFixture.Master();
        router.Do(VrrpInput.TimerDue);
        TimeSpan advertisement = router.State.RoleTimer;
        Assert.Equal(["acquire", "garp 5"], router.Wait(0.1).Do(VrrpInput.AddressInterfaceRenewed));
        Assert.Equal(advertisement, router.State.RoleTimer);
        Assert.Equal(router.Now + TimeSpan.FromSeconds(5), router.State.GratuitousArp.Second);

        router.Do(VrrpInput.InterfaceDown);
        Assert.Empty(router.Do(VrrpInput.AddressInterfaceRenewed));
        Assert.Empty(RouterFixture.Backup().Do(VrrpInput.AddressInterfaceRenewed));
    }

    [Fact]
    public void An_owner_is_master_at_once_when_its_faults_are_gone()
    {
        RouterFixture router = RouterFixture.Master(Quiet(255));
        router.Do(VrrpInput.InterfaceDown);
        Assert.Equal(["advertise 255", "acquire", "Fault to Master: FaultsCleared"], router.Do(VrrpInput.InterfaceUp));
    }

    [Fact]
    public void A_former_master_waits_for_its_preempt_delay_anew()
    {
        RouterFixture router = RouterFixture.Master(Quiet() with { PreemptDelay = TimeSpan.FromSeconds(5) });
        router.Hear(101);
        Assert.Equal(["preempt delay"], router.Hear(90));
    }

    private static VirtualRouterSettings Quiet(byte priority = 100) => RouterFixture.Settings(priority) with { GratuitousArp = NoBursts };
}
