using System.Buffers.Binary;
using FastLb.Wire;

namespace FastLb.Vrrp.Tests;

/// <summary>What version 3 does otherwise than version 2 (RFC 9568).</summary>
public sealed class Version3Tests
{
    private static readonly IpAddress Source4 = IpAddress.Parse("192.0.2.11");
    private static readonly IpAddress Source6 = IpAddress.Parse("fe80::11");

    private static readonly VirtualRouterSettings Settings4 = RouterFixture.Settings() with
    {
        Version = 3,
        Authentication = AuthenticationType.None,
        AdvertisementInterval = TimeSpan.FromMilliseconds(100),
    };

    private static readonly VirtualRouterSettings Settings6 = Settings4 with
    {
        IsIPv6 = true,
        Group = VrrpAdvertisement.Group6,
        AdvertisedAddresses = [IpAddress.Parse("fe80::100"), IpAddress.Parse("2001:db8::100")],
    };

    /// <summary>By hand: 3133 + 6401 + 000a + c0a8 + b664, and of the pseudo header c000 + 020b + e000 + 0012 + 0070 + 000c, are 4aef5, folded aef9.</summary>
    [Fact]
    public void Bytes_of_IPv4_are_those_of_rfc_9568()
    {
        byte[] bytes = new byte[12];
        Assert.Equal(12, AdvertisementFormat.Write(bytes, Settings4, new AdvertisementRoute(100, Source4, VrrpAdvertisement.Group4)));
        uint sum = 0x3133 + 0x6401 + 0x000A + 0xC0A8 + 0xB664 + 0xC000 + 0x020B + 0xE000 + 0x0012 + 0x0070 + 0x000C;
        ushort checksum = (ushort)~((sum & 0xFFFF) + (sum >> 16));
        Assert.Equal($"31336401000A{checksum:X4}C0A8B664", Convert.ToHexString(bytes));
    }

    [Fact]
    public void Bytes_of_IPv6_have_sixteen_for_each_address()
    {
        byte[] bytes = new byte[40];
        Assert.Equal(40, AdvertisementFormat.Write(bytes, Settings6, new AdvertisementRoute(1, Source6, VrrpAdvertisement.Group6)));
        Assert.Equal("31330102000A", Convert.ToHexString(bytes.AsSpan(0, 6)));
        Assert.Equal("FE800000000000000000000000000100" + "20010DB8000000000000000000000100", Convert.ToHexString(bytes.AsSpan(8)));
        Assert.Equal(DiscardReason.None, Check6(bytes, out VrrpAdvertisement advertisement));
        Assert.Equal(new VrrpAdvertisement(51, 1, TimeSpan.FromMilliseconds(100), Source6, AddressesDiffer: false), advertisement);
    }

    [Theory]
    [InlineData(0, 0x21, DiscardReason.WrongVersion)]
    [InlineData(0, 0x32, DiscardReason.UnknownType)]
    [InlineData(1, 52, DiscardReason.OtherVirtualRouter)]
    [InlineData(3, 1, DiscardReason.WrongLength)]
    [InlineData(5, 0, DiscardReason.ZeroInterval)]
    [InlineData(6, 0x12, DiscardReason.WrongChecksum)]
    [InlineData(39, 0x77, DiscardReason.WrongChecksum)]
    public void A_message_of_IPv6_with_one_wrong_byte_is_discarded(int at, byte value, DiscardReason reason)
    {
        byte[] bytes = Message6();
        bytes[at] = value;
        Assert.Equal(reason, Check6(bytes, out _));
    }

    [Fact]
    public void A_message_of_IPv6_from_elsewhere_is_discarded()
    {
        byte[] bytes = Message6();
        Assert.Equal(DiscardReason.WrongTimeToLive, Check6(bytes, out _, hopLimit: 254));
        Assert.Equal(DiscardReason.WrongChecksum, Check6(bytes, out _, source: IpAddress.Parse("fe80::12")));
        Assert.Equal(DiscardReason.Truncated, Check6(bytes[..7], out _));
        Assert.Equal(DiscardReason.WrongLength, Check6([.. bytes, 0], out _));
        AdvertisementFormat.Write(bytes, Settings6, new AdvertisementRoute(1, Source6, RouterFixture.OwnAddress6));
        Assert.Equal(DiscardReason.NotMulticast, Check6(bytes, out _, destination: RouterFixture.OwnAddress6));
    }

    [Fact]
    public void Reserved_bits_before_the_interval_count_in_the_checksum_alone()
    {
        byte[] bytes = Message6();
        bytes[4] |= 0x50;
        ushort checksum = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(6));
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), InternetChecksum.Update(checksum, InternetChecksum.Difference((ushort)0x000A, (ushort)0x500A)));
        Assert.Equal(DiscardReason.None, Check6(bytes, out VrrpAdvertisement advertisement));
        Assert.Equal(TimeSpan.FromMilliseconds(100), advertisement.Interval);
    }

    [Fact]
    public void A_backup_takes_on_the_interval_of_its_master_and_skews_by_it()
    {
        RouterFixture router = RouterFixture.Backup(Settings4);
        Assert.Equal(TimeSpan.FromMilliseconds(300 + (100 * 156 / 256.0)), router.State.RoleTimer - router.Now);

        router.Do(VrrpInput.AdvertReceived(new VrrpAdvertisement(51, 200, TimeSpan.FromMilliseconds(2000), Source4, AddressesDiffer: false)));

        Assert.Equal(TimeSpan.FromMilliseconds(6000 + (2000 * 156 / 256.0)), router.State.RoleTimer - router.Now);
        router.Do(VrrpInput.AdvertReceived(new VrrpAdvertisement(51, 0, TimeSpan.FromMilliseconds(2000), Source4, AddressesDiffer: false)));
        Assert.Equal(TimeSpan.FromMilliseconds(2000 * 156 / 256.0), router.State.RoleTimer - router.Now);
        router.AtDeadline();
        Assert.Equal((VrrpRole.Master, TimeSpan.FromMilliseconds(100)), (router.State.Role, router.State.NextDeadline - router.Now));
    }

    [Fact]
    public void Another_interval_is_accepted() => Assert.Equal(
        DiscardReason.None, RouterFixture.Check(Settings4, RouterFixture.Packet(Settings4 with { AdvertisementInterval = TimeSpan.FromSeconds(40.95) }, 100, Source4)));

    [Fact]
    public void The_pseudo_header_is_left_out_when_told_so() // v3_checksum_as_v2
    {
        VirtualRouterSettings plain = Settings4 with { PseudoHeader = PseudoHeaderRule.None };
        byte[] packet = RouterFixture.Packet(plain, 100, Source4);
        Assert.Equal(0xFFFF, InternetChecksum.Sum(packet.AsSpan(20)));
        Assert.Equal(DiscardReason.None, RouterFixture.Check(plain, packet));
        Assert.Equal(DiscardReason.WrongChecksum, RouterFixture.Check(Settings4, packet));
    }

    private static byte[] Message6()
    {
        byte[] bytes = new byte[40];
        AdvertisementFormat.Write(bytes, Settings6, new AdvertisementRoute(1, Source6, VrrpAdvertisement.Group6));
        return bytes;
    }

    private static DiscardReason Check6(
        byte[] message, out VrrpAdvertisement advertisement, byte hopLimit = 255, IpAddress? source = null, IpAddress? destination = null)
    {
        VirtualRouterState state = VirtualRouterState.Initial(Settings6, interfaceIsUp: true, RouterFixture.OwnAddress6, TimeSpan.Zero);
        return AdvertisementCheck.CheckIPv6(message, source ?? Source6, destination ?? VrrpAdvertisement.Group6, hopLimit, Settings6, state, out advertisement);
    }
}
