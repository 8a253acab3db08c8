using FastLb.Testing;

namespace FastLb.Vrrp.Tests;

/// <summary>What happens every second must leave nothing to collect: a pause at the wrong moment costs a mastership.</summary>
public sealed class SteadyStateTests
{
    [Fact]
    public void A_master_s_and_a_backup_s_every_step_allocates_nothing()
    {
        var bursts = new GratuitousArpBursts { MasterRefresh = TimeSpan.FromSeconds(2) };
        VirtualRouterSettings settings = RouterFixture.Settings() with { GratuitousArp = bursts };
        var router = new VirtualRouter(settings);
        var effects = new EffectList();
        TimeSpan now = TimeSpan.Zero;
        VirtualRouterState initial = VirtualRouterState.Initial(settings, interfaceIsUp: true, RouterFixture.OwnAddress, now);
        VirtualRouterState backup = router.Step(initial, VrrpInput.Start, now, effects);
        VirtualRouterState master = router.Step(backup, VrrpInput.TimerDue, backup.NextDeadline, effects);
        now = backup.NextDeadline;
        byte[] packet = new byte[100];

        Run(1000);
        int total = 0;
        Assert.Equal(0, Allocations.Of(() => total = Run(10_000)));
        Assert.Equal(10_000, total);
        Assert.Equal((VrrpRole.Master, VrrpRole.Backup), (master.Role, backup.Role));

        int Run(int adverts)
        {
            int sent = 0;
            while (sent < adverts)
            {
                now = master.NextDeadline;
                master = router.Step(master, VrrpInput.TimerDue, now, effects);
                foreach (ref readonly VrrpEffect effect in effects.Effects)
                {
                    if (effect.Kind != VrrpEffectKind.SendAdvertisement)
                        continue;
                    sent++;
                    var route = new AdvertisementRoute(effect.Priority, RouterFixture.HigherAddress, settings.Group);
                    int length = AdvertisementFormat.WritePacket(packet, settings, route);
                    if (AdvertisementCheck.Check(packet.AsSpan(0, length), settings, backup, out VrrpAdvertisement advert) == DiscardReason.None)
                        backup = router.Step(backup, VrrpInput.AdvertReceived(advert), now, effects);
                }
            }

            return sent;
        }
    }
}
