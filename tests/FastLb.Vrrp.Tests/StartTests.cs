using FastLb.Wire;

namespace FastLb.Vrrp.Tests;

/// <summary>RFC 3768 §6.4.1 and keepalived's start.</summary>
public sealed class StartTests
{
    [Theory]
    [InlineData(100, false)]
    [InlineData(100, true)]
    [InlineData(254, true)]
    [InlineData(1, false)]
    public void Begins_as_backup_with_a_full_master_down_timer_even_when_it_wishes_to_be_master(byte priority, bool wishes)
    {
        var router = new RouterFixture(RouterFixture.Settings(priority) with { WishesToBeMaster = wishes });
        Assert.Equal(["Init to Backup: Started"], router.Do(VrrpInput.Start));
        Assert.Equal(3 + ((256 - priority) / 256.0), router.RoleTimer, 1e-6);
    }

    [Fact]
    public void An_owner_is_master_at_once()
    {
        var router = new RouterFixture(RouterFixture.Settings(255));
        Assert.Equal(["advertise 255", "acquire", "garp 5", "Init to Master: OwnerStarted"], router.Do(VrrpInput.Start));
        Assert.Equal(1, router.RoleTimer);
    }

    [Fact]
    public void Nothing_happens_before_the_start()
    {
        var router = new RouterFixture();
        Assert.Equal(VirtualRouterState.Never, router.State.NextDeadline);
        Assert.Empty(router.Hear(50));
        Assert.Empty(router.Do(VrrpInput.TimerDue));
        Assert.Empty(router.Do(VrrpInput.InterfaceDown));
        Assert.Empty(router.Do(VrrpInput.InterfaceUp));
        Assert.Equal(VrrpRole.Init, router.State.Role);
    }

    [Fact]
    public void Start_delay_comes_before_everything()
    {
        var router = new RouterFixture(RouterFixture.Settings(255) with { StartDelay = TimeSpan.FromSeconds(10) });
        Assert.Empty(router.Do(VrrpInput.Start));
        Assert.Equal(10, router.RoleTimer);
        Assert.Empty(router.Wait(4).Do(VrrpInput.Start));
        Assert.Empty(router.Hear(100));
        Assert.Equal(6, router.RoleTimer);
        Assert.Equal("Init to Master: OwnerStarted", router.AtDeadline()[^1]);
    }

    [Fact]
    public void A_fault_during_the_start_delay_shows_at_its_end()
    {
        var router = new RouterFixture(RouterFixture.Settings() with { StartDelay = TimeSpan.FromSeconds(10) });
        router.Do(VrrpInput.Start);
        Assert.Empty(router.Do(VrrpInput.InterfaceDown));
        Assert.Equal(["Init to Fault: InterfaceDown"], router.AtDeadline());
    }

    [Theory]
    [InlineData(false, true, TransitionReason.InterfaceDown)]
    [InlineData(true, false, TransitionReason.NoAddress)]
    [InlineData(false, false, TransitionReason.InterfaceDown)]
    public void Without_interface_or_address_it_begins_in_fault(bool interfaceIsUp, bool hasAddress, TransitionReason reason)
    {
        var router = new RouterFixture(RouterFixture.Settings(255), interfaceIsUp, hasAddress);
        Assert.Equal([$"Init to Fault: {reason}"], router.Do(VrrpInput.Start));
        Assert.Equal(VirtualRouterState.Never, router.State.NextDeadline);
    }

    [Fact]
    public void A_second_start_changes_nothing()
    {
        RouterFixture router = RouterFixture.Master();
        Assert.Empty(router.Do(VrrpInput.Start));
        Assert.Empty(router.Do(VrrpInput.Resume(TimeSpan.Zero)));
        Assert.Equal(VrrpRole.Master, router.State.Role);
    }

    [Fact]
    public void Resumes_as_master_at_once_when_it_was_silent_for_no_more_than_an_interval()
    {
        var router = new RouterFixture(RouterFixture.Settings() with { StartDelay = TimeSpan.FromSeconds(10) });
        Assert.Equal(["advertise 100", "acquire", "garp 5", "Init to Master: Resumed"], router.Do(VrrpInput.Resume(TimeSpan.FromSeconds(1))));
        Assert.Equal(1, router.RoleTimer);
    }

    [Fact]
    public void Starts_over_as_backup_without_addresses_when_it_was_silent_for_longer()
    {
        var router = new RouterFixture();
        Assert.Equal(["release", "Init to Backup: ResumedTooLate"], router.Do(VrrpInput.Resume(TimeSpan.FromSeconds(1.001))));
        Assert.Equal(3 + (156 / 256.0), router.RoleTimer, 1e-6);
    }

    [Fact]
    public void Resumes_without_addresses_when_its_interface_is_down()
    {
        var router = new RouterFixture(interfaceIsUp: false);
        Assert.Equal(["release", "Init to Fault: InterfaceDown"], router.Do(VrrpInput.Resume(TimeSpan.Zero)));
    }

    [Fact]
    public void Last_transition_and_its_reason_are_remembered()
    {
        var router = new RouterFixture();
        Assert.Equal((TransitionReason.None, router.Now), (router.State.LastReason, router.State.LastTransition));
        router.Wait(5).Do(VrrpInput.Start);
        Assert.Equal((TransitionReason.Started, router.Now), (router.State.LastReason, router.State.LastTransition));
        TimeSpan takeover = router.State.NextDeadline;
        router.AtDeadline();
        router.AtDeadline();
        Assert.Equal((TransitionReason.MasterDown, takeover), (router.State.LastReason, router.State.LastTransition));
    }

    [Theory]
    [InlineData(0, 100, 1, 3)]
    [InlineData(1, 0, 1, 3)]
    [InlineData(1, 100, 0, 3)]
    [InlineData(1, 100, 0.5, 3)]
    [InlineData(1, 100, 1.5, 3)]
    [InlineData(1, 100, 256, 3)]
    [InlineData(1, 100, 1, 0)]
    [InlineData(1, 100, 1, 101)]
    public void Settings_that_no_advertisement_could_carry_are_refused(byte id, byte priority, double interval, int adverts) =>
        Assert.Throws<ArgumentException>(() => new VirtualRouter(RouterFixture.Settings() with
        {
            VirtualRouterId = id,
            Priority = priority,
            AdvertisementInterval = TimeSpan.FromSeconds(interval),
            DownTimerAdverts = adverts,
        }));

    [Fact]
    public void Addresses_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => With(IpAddress.Parse("2001:db8::1"), 1));
        Assert.Throws<ArgumentException>(() => With(RouterFixture.OwnAddress, 256));
        Assert.Equal(255, With(RouterFixture.OwnAddress, 255).Settings.AdvertisedAddresses.Length);

        static VirtualRouter With(IpAddress address, int count) =>
            new(RouterFixture.Settings() with { AdvertisedAddresses = [.. Enumerable.Repeat(address, count)] });
    }
}
