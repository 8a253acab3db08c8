using System.Buffers.Binary;
using FastLb.Testing;
using FastLb.Wire;

namespace FastLb.Vrrp.Tests;

public sealed class AdvertisementCheckTests
{
    private const int Vrrp = Ipv4View.MinimumHeaderLength;

    private static readonly VirtualRouterSettings Settings = RouterFixture.Settings() with
    {
        AdvertisedAddresses = [IpAddress.Parse("192.0.2.100"), IpAddress.Parse("192.0.2.101")],
    };

    private readonly byte[] _packet = Packet(Settings);

    [Fact]
    public void A_good_packet_is_an_advertisement()
    {
        Assert.Equal(DiscardReason.None, Check(Settings, out VrrpAdvertisement advert));
        Assert.Equal(new VrrpAdvertisement(51, 100, TimeSpan.FromSeconds(1), RouterFixture.HigherAddress, AddressesDiffer: false), advert);
    }

    [Fact]
    public void IP_options_are_skipped()
    {
        byte[] packet = [.. _packet[..Vrrp], 1, 1, 1, 0, .. _packet[Vrrp..]];
        packet[0] = 0x46;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        Assert.Equal(DiscardReason.None, Check(packet, Settings, out _));
    }

    [Fact]
    public void Malformed_IP_is_discarded()
    {
        Assert.Equal(DiscardReason.MalformedIp, Check([], Settings, out _));
        Assert.Equal(DiscardReason.MalformedIp, Check(_packet[..19], Settings, out _));
        _packet[0] = 0x65;
        Assert.Equal(DiscardReason.MalformedIp, Check(Settings, out _));
    }

    [Fact]
    public void An_authentication_header_is_discarded() => Assert.Equal(DiscardReason.UnexpectedAuthenticationHeader, With(9, 51));

    [Fact]
    public void Another_protocol_is_discarded() => Assert.Equal(DiscardReason.NotVrrp, With(9, 17));

    [Fact]
    public void A_truncated_header_is_discarded()
    {
        byte[] packet = _packet[..(Vrrp + 7)];
        packet[3] = (byte)packet.Length;
        Assert.Equal(DiscardReason.Truncated, Check(packet, Settings, out _));
    }

    [Fact]
    public void Another_virtual_router_s_advertisement_is_discarded() => Assert.Equal(DiscardReason.OtherVirtualRouter, With(Vrrp + 1, 52));

    [Fact]
    public void A_packet_shorter_than_its_address_count_says_is_discarded() => Assert.Equal(DiscardReason.WrongLength, With(Vrrp + 3, 3));

    [Fact]
    public void A_packet_longer_than_its_address_count_says_is_discarded()
    {
        byte[] packet = [.. _packet, 0, 0, 0];
        Assert.Equal(DiscardReason.WrongLength, Check(packet, Settings, out _));
    }

    [Fact]
    public void Padding_of_Ethernet_is_tolerated()
    {
        VirtualRouterSettings settings = RouterFixture.Settings();
        byte[] packet = [.. Packet(settings), 1, 2, 3, 4, 5, 6];
        Assert.Equal(46, packet.Length);
        Assert.Equal(DiscardReason.None, Check(packet, settings, out _));
        Assert.Equal(DiscardReason.WrongLength, Check([.. packet, 7], settings, out _));
    }

    [Theory]
    [InlineData(254)]
    [InlineData(64)]
    [InlineData(0)]
    public void Another_time_to_live_than_255_is_discarded(byte timeToLive) => Assert.Equal(DiscardReason.WrongTimeToLive, With(8, timeToLive));

    [Theory]
    [InlineData(0x31)]
    [InlineData(0x11)]
    public void Another_version_is_discarded(byte versionAndType) => Assert.Equal(DiscardReason.WrongVersion, With(Vrrp, versionAndType));

    [Fact]
    public void An_unknown_authentication_type_is_discarded() => Assert.Equal(DiscardReason.UnknownAuthenticationType, With(Vrrp + 4, 3));

    [Fact]
    public void Another_authentication_type_is_discarded()
    {
        Assert.Equal(DiscardReason.AuthenticationTypeMismatch, Check(Settings with { Authentication = AuthenticationType.None }, out _));
        Assert.Equal(DiscardReason.AuthenticationTypeMismatch, With(Vrrp + 4, 0));
        Assert.Equal(DiscardReason.AuthenticationTypeMismatch, With(Vrrp + 4, 2));
    }

    [Fact]
    public void A_wrong_password_is_discarded()
    {
        Assert.Equal(DiscardReason.AuthenticationFailed, Check(Settings with { Password = VrrpPassword.FromText("1112") }, out _));
        Assert.Equal(DiscardReason.AuthenticationFailed, Check(Settings with { Password = VrrpPassword.FromText("11111") }, out _));
    }

    [Fact]
    public void Another_interval_is_discarded() =>
        Assert.Equal(DiscardReason.IntervalMismatch, Check(Settings with { AdvertisementInterval = TimeSpan.FromSeconds(2) }, out _));

    [Fact]
    public void Another_type_is_discarded() => Assert.Equal(DiscardReason.UnknownType, With(Vrrp, 0x22));

    [Fact]
    public void A_total_length_that_contradicts_the_address_count_is_discarded() =>
        Assert.Equal(DiscardReason.WrongTotalLength, With(3, (byte)(_packet.Length - 4)));

    [Theory]
    [InlineData(Vrrp + 2, 101)]
    [InlineData(Vrrp + 6, 0)]
    [InlineData(Vrrp + 8, 1)]
    public void A_wrong_checksum_is_discarded(int at, byte value) => Assert.Equal(DiscardReason.WrongChecksum, With(at, value));

    [Fact]
    public void The_authentication_data_counts_in_the_checksum_even_when_there_is_no_password()
    {
        VirtualRouterSettings settings = Settings with { Authentication = AuthenticationType.None };
        byte[] packet = Packet(settings);
        packet[^1] = 1;
        Assert.Equal(DiscardReason.WrongChecksum, Check(packet, settings, out _));
    }

    [Theory]
    [InlineData(192)]
    [InlineData(223)]
    [InlineData(240)]
    public void A_unicast_packet_is_discarded(byte destination) => Assert.Equal(DiscardReason.NotMulticast, With(16, destination));

    /// <summary>keepalived's order: each packet has the fault of its reason and all those that are looked for later.</summary>
    [Fact]
    public void The_first_fault_in_order_is_the_reason()
    {
        (int At, byte Value)[] faults =
        [
            (9, 51), (Vrrp + 1, 52), (Vrrp + 3, 3), (8, 1), (Vrrp, 0x32), (Vrrp + 4, 9), (Vrrp + 4, 0), (_packet.Length - 1, 9), (Vrrp + 5, 7),
            (Vrrp, 0x22), (3, 40), (Vrrp + 6, 1), (16, 10),
        ];
        DiscardReason[] reasons =
        [
            DiscardReason.UnexpectedAuthenticationHeader, DiscardReason.OtherVirtualRouter, DiscardReason.WrongLength, DiscardReason.WrongTimeToLive,
            DiscardReason.WrongVersion, DiscardReason.UnknownAuthenticationType, DiscardReason.AuthenticationTypeMismatch,
            DiscardReason.AuthenticationFailed, DiscardReason.IntervalMismatch, DiscardReason.UnknownType, DiscardReason.WrongTotalLength,
            DiscardReason.WrongChecksum, DiscardReason.NotMulticast,
        ];
        for (int first = 0; first < faults.Length; first++)
        {
            byte[] packet = [.. _packet];
            for (int later = faults.Length - 1; later >= first; later--)
                packet[faults[later].At] = faults[later].Value;
            Assert.Equal(reasons[first], Check(packet, Settings, out _));
        }
    }

    [Theory]
    [InlineData("192.0.2.101", "192.0.2.100", false)]
    [InlineData("192.0.2.100", "192.0.2.102", true)]
    [InlineData("192.0.2.100", null, true)]
    public void Other_addresses_are_accepted_and_flagged(string first, string? second, bool differ)
    {
        IpAddress[] addresses = second is null ? [IpAddress.Parse(first)] : [IpAddress.Parse(first), IpAddress.Parse(second)];
        byte[] packet = Packet(Settings with { AdvertisedAddresses = [.. addresses] });
        Assert.Equal(DiscardReason.None, Check(packet, Settings, out VrrpAdvertisement advert));
        Assert.Equal(differ, advert.AddressesDiffer);
    }

    [Fact]
    public void Addresses_of_a_known_master_are_not_compared_when_told_so() // vrrp_skip_check_adv_addr
    {
        VirtualRouterSettings settings = Settings with { SkipCheckAdvertisementAddresses = true };
        byte[] packet = Packet(Settings with { AdvertisedAddresses = [] });
        var router = new RouterFixture(settings);
        router.Do(VrrpInput.Start);

        Assert.True(Flag(router.State));
        router.Hear(200, RouterFixture.HigherAddress);
        Assert.False(Flag(router.State));
        router.Hear(200, RouterFixture.LowerAddress);
        Assert.True(Flag(router.State));
        router.Hear(200, RouterFixture.HigherAddress);
        router.AtDeadline();
        Assert.True(Flag(router.State));

        bool Flag(VirtualRouterState state)
        {
            Assert.Equal(DiscardReason.None, AdvertisementCheck.Check(packet, settings, state, out VrrpAdvertisement advert));
            return advert.AddressesDiffer;
        }
    }

    /// <summary>Whatever comes, nothing throws, and nothing but a packet with a right checksum passes.</summary>
    [Fact]
    public void Hostile_bytes_are_harmless_and_cost_no_memory()
    {
        const int seed = 20_261;
        var random = new Random(seed);
        VirtualRouterSettings longest = Settings with { AdvertisedAddresses = [.. Enumerable.Repeat(RouterFixture.OwnAddress, 255)] };
        byte[][] templates = [Packet(Settings), Packet(Settings with { Authentication = AuthenticationType.None }), Packet(longest)];
        byte[] buffer = new byte[2000];
        VirtualRouterState state = VirtualRouterState.Initial(Settings, interfaceIsUp: true, RouterFixture.OwnAddress, TimeSpan.Zero);
        int[] seen = new int[Enum.GetValues<DiscardReason>().Length];

        Mutate(2000);
        for (int part = 0; part < 10; part++)
            Assert.Equal(0, Allocations.Of(() => Mutate(30_000)));
        DiscardReason[] reasons = [DiscardReason.None, DiscardReason.WrongChecksum, DiscardReason.WrongLength, DiscardReason.MalformedIp];
        Assert.All(reasons, reason => Assert.True(seen[(int)reason] > 0, $"seed {seed}: no packet with {reason}"));

        void Mutate(int rounds)
        {
            for (int round = 0; round < rounds; round++)
            {
                byte[] template = templates[random.Next(templates.Length)];
                int length = random.Next(4) == 0 ? random.Next(buffer.Length) : template.Length;
                Span<byte> packet = buffer.AsSpan(0, length);
                random.NextBytes(packet);
                template.AsSpan(0, Math.Min(length, template.Length)).CopyTo(packet);
                for (int change = random.Next(6); change > 0 && length > 0; change--)
                    packet[random.Next(Math.Min(length, 52))] = (byte)random.Next(256);
                DiscardReason reason = AdvertisementCheck.Check(packet, Settings, state, out VrrpAdvertisement advert);
                seen[(int)reason]++;
                VrrpAdvertisement.TryReadVirtualRouterId(packet, out byte id);
                if (reason == DiscardReason.None)
                {
                    int header = (packet[0] & 0x0F) * 4;
                    Span<byte> body = packet.Slice(header, 16 + (4 * packet[header + 3]));
                    if (id != 51 || advert.VirtualRouterId != 51 || InternetChecksum.Sum(body) != 0xFFFF)
                        Assert.Fail($"seed {seed}, round {round}: {Convert.ToHexString(packet)}");
                }
            }
        }
    }

    private static byte[] Packet(VirtualRouterSettings settings) => RouterFixture.Packet(settings, 100, RouterFixture.HigherAddress);

    private static DiscardReason Check(byte[] packet, VirtualRouterSettings settings, out VrrpAdvertisement advert) => RouterFixture.Check(settings, packet, out advert);

    private DiscardReason Check(VirtualRouterSettings settings, out VrrpAdvertisement advert) => Check(_packet, settings, out advert);

    /// <summary>What becomes of the packet when one byte is another one.</summary>
    private DiscardReason With(int at, byte value)
    {
        _packet[at] = value;
        return Check(Settings, out _);
    }
}
