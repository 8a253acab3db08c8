using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using FastLb.Testing;
using FastLb.Wire;

namespace FastLb.Vrrp.Tests;

/// <summary>IPsec's authentication header in version 2, as keepalived has it.</summary>
public sealed class AuthenticationHeaderTests
{
    private static readonly VirtualRouterSettings Settings = RouterFixture.Settings() with { Authentication = AuthenticationType.AuthenticationHeader };

    private readonly byte[] _packet = Packet(Settings, 7);

    [Fact]
    public void Bytes_are_those_of_rfc_2402_and_rfc_2403()
    {
        // Protocol 51 in the IP header; next header 112, length 4, source address as index, sequence number; then the check value, and version 2's message, which has no password.
        Assert.Equal("45C00040", Convert.ToHexString(_packet.AsSpan(0, 4)));
        Assert.Equal(51, _packet[9]);
        Assert.Equal("70040000" + "C000020B" + "00000007", Convert.ToHexString(_packet.AsSpan(20, 12)));
        Assert.Equal("21336401" + "0201", Convert.ToHexString(_packet.AsSpan(44, 6)));
        Assert.Equal("0000000000000000", Convert.ToHexString(_packet.AsSpan(56)));

        Assert.Equal(Convert.ToHexString(ValueWithout(1, 6, 7, 10, 11)), Convert.ToHexString(_packet.AsSpan(32, 12)));
    }

    /// <summary>Version 2, virtual router 52, password "s3cret", first packet after its start.</summary>
    [Fact]
    public void A_packet_of_keepalived_2_2_7_is_good()
    {
        byte[] packet = Convert.FromHexString(
            "45c0004000010000ff3318b6c0000201e0000012" + "70040000c000020100000001" + "95281878f4b8b1f8408819fa" + "2134960102018462c0000266" + "0000000000000000");
        VirtualRouterSettings settings = Settings with
        {
            VirtualRouterId = 52,
            Password = VrrpPassword.FromText("s3cret"),
            AdvertisedAddresses = [IpAddress.Parse("192.0.2.102")],
        };
        Assert.Equal(DiscardReason.None, RouterFixture.Check(settings, packet, out VrrpAdvertisement advertisement));
        Assert.Equal((byte)150, advertisement.Priority);
        byte[] own = new byte[packet.Length];
        AdvertisementFormat.WritePacket(own, settings, new AdvertisementRoute(150, IpAddress.Parse("192.0.2.1"), settings.Group) { Sequence = 1 });
        Assert.Equal(Convert.ToHexString(packet.AsSpan(44)), Convert.ToHexString(own.AsSpan(44)));
    }

    [Fact]
    public void A_value_that_leaves_the_time_to_live_out_is_good_too() // as the RFC has it
    {
        ValueWithout(1, 6, 7, 8, 10, 11).CopyTo(_packet.AsSpan(32));
        _packet[8] = 255;
        Assert.Equal(DiscardReason.None, RouterFixture.Check(Settings, _packet));
    }

    [Fact]
    public void A_good_packet_is_an_advertisement_and_is_left_as_it_is()
    {
        byte[] before = [.. _packet];
        Assert.Equal(DiscardReason.None, RouterFixture.Check(Settings, _packet, out VrrpAdvertisement advertisement));
        Assert.Equal((uint)7, advertisement.Sequence);
        Assert.Equal(before, _packet);
    }

    [Fact]
    public void What_routers_may_change_may_be_another()
    {
        _packet[1] = 0;
        _packet[6] = 0x40;
        Assert.Equal(DiscardReason.None, RouterFixture.Check(Settings, _packet));
    }

    [Theory]
    [InlineData(5)] // identification
    [InlineData(21)] // length
    [InlineData(27)] // index
    [InlineData(31)] // sequence number
    [InlineData(40)] // check value
    [InlineData(46)] // priority
    public void Another_byte_elsewhere_is_noticed(int at)
    {
        _packet[at] ^= 1;
        Assert.Equal(DiscardReason.AuthenticationFailed, RouterFixture.Check(Settings, _packet));
    }

    [Fact]
    public void Another_key_is_noticed() =>
        Assert.Equal(DiscardReason.AuthenticationFailed, RouterFixture.Check(Settings with { Password = VrrpPassword.FromText("1112") }, _packet));

    [Fact]
    public void A_plain_advertisement_is_discarded_and_a_truncated_header_harmless()
    {
        byte[] plain = RouterFixture.Packet(RouterFixture.Settings(), 100, RouterFixture.HigherAddress);
        Assert.Equal(DiscardReason.MissingAuthenticationHeader, RouterFixture.Check(Settings, plain));
        byte[] cut = _packet[..44];
        BinaryPrimitives.WriteUInt16BigEndian(cut.AsSpan(2), 44);
        Assert.Equal(DiscardReason.Truncated, RouterFixture.Check(Settings, cut));
    }

    [Fact]
    public void What_was_heard_before_is_discarded()
    {
        RouterFixture router = RouterFixture.Backup(Settings);
        Assert.Equal(DiscardReason.None, Hear(200, 7));
        Assert.Equal(DiscardReason.Replayed, Hear(200, 7));
        Assert.Equal(DiscardReason.Replayed, Hear(200, 6));
        Assert.Equal(DiscardReason.None, Hear(200, 8));

        // Who takes over goes on where the other one ended; and two that do so at once hear each other all the same.
        router.AtDeadline();
        Assert.Equal(9u, router.State.SentSequence);
        Assert.Equal(DiscardReason.None, Hear(100, 9));

        DiscardReason Hear(byte priority, uint sequence)
        {
            DiscardReason reason = AdvertisementCheck.Check(Packet(Settings, sequence, priority), Settings, router.State, out VrrpAdvertisement advertisement);
            if (reason == DiscardReason.None)
                router.Do(VrrpInput.AdvertReceived(advertisement));
            return reason;
        }
    }

    [Fact]
    public void A_process_that_was_started_again_does_not_go_on_as_master()
    {
        var router = new RouterFixture(Settings);
        router.Do(VrrpInput.Resume(TimeSpan.FromMilliseconds(10)));
        Assert.Equal((VrrpRole.Backup, TransitionReason.ResumedTooLate), (router.State.Role, router.State.LastReason));
    }

    [Fact]
    public void Writing_and_checking_cost_no_memory()
    {
        VirtualRouterState state = VirtualRouterState.Initial(Settings, interfaceIsUp: true, RouterFixture.OwnAddress, TimeSpan.Zero);
        int good = 0;
        Run(1000);
        Assert.Equal(0, Allocations.Of(() => Run(10_000)));
        Assert.Equal(11_000, good);

        void Run(uint rounds)
        {
            for (uint sequence = 1; sequence <= rounds; sequence++)
            {
                AdvertisementFormat.WritePacket(_packet, Settings, new AdvertisementRoute(100, RouterFixture.HigherAddress, Settings.Group) { Sequence = sequence });
                good += AdvertisementCheck.Check(_packet, Settings, state, out _) == DiscardReason.None ? 1 : 0;
            }
        }
    }

    /// <summary>The check value of the packet with these bytes zero.</summary>
    [SuppressMessage("Security", "CA5351:Do not use broken cryptographic algorithms", Justification = "It is what other directors speak.")]
    private byte[] ValueWithout(params int[] mutable)
    {
        byte[] bytes = [.. _packet];
        foreach (int at in mutable)
            bytes[at] = 0;
        bytes.AsSpan(32, 12).Clear();
        byte[] key = [0x31, 0x31, 0x31, 0x31, 0, 0, 0, 0];
        return HMACMD5.HashData(key, bytes)[..12];
    }

    private static byte[] Packet(VirtualRouterSettings settings, uint sequence, byte priority = 100)
    {
        byte[] packet = new byte[AdvertisementFormat.PacketLengthOf(settings)];
        AdvertisementFormat.WritePacket(packet, settings, new AdvertisementRoute(priority, RouterFixture.HigherAddress, settings.Group) { Sequence = sequence });
        return packet;
    }
}
