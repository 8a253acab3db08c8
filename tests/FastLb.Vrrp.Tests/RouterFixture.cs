using System.Globalization;
using FastLb.Wire;

namespace FastLb.Vrrp.Tests;

/// <summary>A virtual router at 192.0.2.10 with a clock that the test moves. What a step does comes back as text, one line for each effect.</summary>
internal sealed class RouterFixture
{
    public static readonly IpAddress OwnAddress = IpAddress.Parse("192.0.2.10");
    public static readonly IpAddress LowerAddress = IpAddress.Parse("192.0.2.9");
    public static readonly IpAddress HigherAddress = IpAddress.Parse("192.0.2.11");
    public static readonly IpAddress OwnAddress6 = IpAddress.Parse("fe80::10");

    private readonly EffectList _effects = new();
    private VirtualRouterState _state;

    public RouterFixture(VirtualRouterSettings? settings = null, bool interfaceIsUp = true, bool hasAddress = true)
    {
        Router = new VirtualRouter(settings ?? Settings());
        _state = VirtualRouterState.Initial(Router.Settings, interfaceIsUp, hasAddress ? OwnAddress : null, Now);
    }

    public VirtualRouter Router { get; private set; }

    /// <summary>Begins anywhere but at zero.</summary>
    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1000);

    public VirtualRouterState State => _state;

    /// <summary>Priority 100, one second, one address, nothing special.</summary>
    public static VirtualRouterSettings Settings(byte priority = 100) => new()
    {
        Name = "VI_1",
        VirtualRouterId = 51,
        Priority = priority,
        Authentication = AuthenticationType.SimpleTextPassword,
        Password = VrrpPassword.FromText("1111"),
        AdvertisedAddresses = [IpAddress.Parse("192.168.182.100")],
    };

    /// <summary>A packet of IPv4 to the group.</summary>
    public static byte[] Packet(VirtualRouterSettings settings, byte priority, IpAddress source)
    {
        byte[] packet = new byte[AdvertisementFormat.PacketLengthOf(settings)];
        AdvertisementFormat.WritePacket(packet, settings, new AdvertisementRoute(priority, source, settings.Group));
        return packet;
    }

    /// <summary>What a virtual router that has not started makes of a packet of IPv4.</summary>
    public static DiscardReason Check(VirtualRouterSettings settings, byte[] packet, out VrrpAdvertisement advertisement) =>
        AdvertisementCheck.Check(packet, settings, VirtualRouterState.Initial(settings, interfaceIsUp: true, OwnAddress, TimeSpan.Zero), out advertisement);

    /// <inheritdoc cref="Check(VirtualRouterSettings, byte[], out VrrpAdvertisement)"/>
    public static DiscardReason Check(VirtualRouterSettings settings, byte[] packet) => Check(settings, packet, out _);

    /// <summary>A backup that has just begun.</summary>
    public static RouterFixture Backup(VirtualRouterSettings? settings = null)
    {
        var fixture = new RouterFixture(settings);
        fixture.Do(VrrpInput.Start);
        Assert.Equal(VrrpRole.Backup, fixture.State.Role);
        return fixture;
    }

    /// <summary>A master that has just taken over.</summary>
    public static RouterFixture Master(VirtualRouterSettings? settings = null)
    {
        var fixture = new RouterFixture(settings);
        fixture.Do(VrrpInput.Start);
        if (fixture.State.Role == VrrpRole.Backup)
            fixture.AtDeadline();
        Assert.Equal(VrrpRole.Master, fixture.State.Role);
        return fixture;
    }

    public string[] Do(VrrpInput input)
    {
        _state = Router.Step(_state, input, Now, _effects);
        return [.. _effects.Effects.ToArray().Select(Describe)];
    }

    /// <summary>Goes on by other settings, as at a reload.</summary>
    public void Reload(VirtualRouterSettings settings) => Router = new VirtualRouter(settings);

    /// <summary>Lets time pass without a timer.</summary>
    public RouterFixture Wait(double seconds)
    {
        Now += TimeSpan.FromSeconds(seconds);
        return this;
    }

    /// <summary>Moves the clock to the next deadline, and the timer with it.</summary>
    public string[] AtDeadline()
    {
        Assert.NotEqual(VirtualRouterState.Never, State.NextDeadline);
        Now = State.NextDeadline;
        return Do(VrrpInput.TimerDue);
    }

    /// <summary>Hears an advertisement.</summary>
    public string[] Hear(byte priority, IpAddress? source = null) =>
        Do(VrrpInput.AdvertReceived(new VrrpAdvertisement(51, priority, TimeSpan.FromSeconds(1), source ?? HigherAddress, AddressesDiffer: false)));

    /// <summary>Seconds from now to the role's timer.</summary>
    public double RoleTimer => (State.RoleTimer - Now).TotalSeconds;

    private static string Describe(VrrpEffect effect) => effect.Kind switch
    {
        VrrpEffectKind.SendAdvertisement => string.Create(CultureInfo.InvariantCulture, $"advertise {effect.Priority}"),
        VrrpEffectKind.SendGratuitousArp => string.Create(CultureInfo.InvariantCulture, $"garp {effect.Repeat}"),
        VrrpEffectKind.AnnounceFurtherInterfaces => "further",
        VrrpEffectKind.AcquireAddresses => "acquire",
        VrrpEffectKind.ReleaseAddresses => "release",
        VrrpEffectKind.RoleChanged => $"{effect.From} to {effect.To}: {effect.Reason}",
        VrrpEffectKind.PreemptDelayStarted => "preempt delay",
        _ => string.Create(CultureInfo.InvariantCulture, $"{effect.Kind} {effect.Priority} {effect.Source}"),
    };
}
