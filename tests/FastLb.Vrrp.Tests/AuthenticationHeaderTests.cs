using System.Buffers.Binary;
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

        byte[] immutable = [.. _packet];
        foreach (int mutable in (int[])[1, 6, 7, 8, 10, 11])
            immutable[mutable] = 0;
        immutable.AsSpan(32, 12).Clear();
#pragma warning disable CA5351 // it is what other directors speak
        byte[] key = [0x31, 0x31, 0x31, 0x31, 0, 0, 0, 0];
        byte[] expected = HMACMD5.HashData(key, immutable);
#pragma warning restore CA5351
        Assert.Equal(Convert.ToHexString(expected.AsSpan(0, 12)), Convert.ToHexString(_packet.AsSpan(32, 12)));
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

    private static byte[] Packet(VirtualRouterSettings settings, uint sequence, byte priority = 100)
    {
        byte[] packet = new byte[AdvertisementFormat.PacketLengthOf(settings)];
        AdvertisementFormat.WritePacket(packet, settings, new AdvertisementRoute(priority, RouterFixture.HigherAddress, settings.Group) { Sequence = sequence });
        return packet;
    }
}
