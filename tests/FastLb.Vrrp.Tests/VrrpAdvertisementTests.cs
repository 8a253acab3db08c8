using CsCheck;
using FastLb.Wire;

namespace FastLb.Vrrp.Tests;

public sealed class VrrpAdvertisementTests
{
    /// <summary>
    /// keepalived 2.2.7 sends these bytes. By hand: 2133 + 6401 + 0101 + c0a8 + b664 + 3131 + 3131 = 25fa3, folded 5fa5, whose complement a05a is the
    /// checksum. Version 2 type 1, VRID 51, priority 100, one address, password, one second, 192.168.182.100, "1111".
    /// </summary>
    [Fact]
    public void Bytes_are_those_of_rfc_3768_with_the_password_of_rfc_2338()
    {
        byte[] bytes = new byte[20];
        Assert.Equal(20, AdvertisementFormat.Write(bytes, RouterFixture.Settings(), ToGroup(100)));

        uint sum = 0x2133 + 0x6401 + 0x0101 + 0xC0A8 + 0xB664 + 0x3131 + 0x3131;
        Assert.Equal(0x2_5FA3u, sum);
        Assert.Equal(0x5FA5u, (sum & 0xFFFF) + (sum >> 16));
        Assert.Equal("21336401" + "0101" + "A05A" + "C0A8B664" + "3131313100000000", Convert.ToHexString(bytes));
    }

    [Fact]
    public void Without_password_there_are_eight_zero_bytes_that_count()
    {
        byte[] bytes = [.. Enumerable.Repeat((byte)0xEE, 24)];
        VirtualRouterSettings settings = RouterFixture.Settings() with { Authentication = AuthenticationType.None, AdvertisementInterval = TimeSpan.FromSeconds(255) };
        Assert.Equal(20, AdvertisementFormat.Write(bytes, settings, ToGroup(0)));
        Assert.Equal("213300" + "01" + "00FF" + "66BF" + "C0A8B664" + "0000000000000000" + "EEEEEEEE", Convert.ToHexString(bytes));
        Assert.Equal(0xFFFF, SumByTheRfc(bytes.AsSpan(0, 20)));
    }

    [Fact]
    public void Packet_has_the_header_that_keepalived_sends()
    {
        byte[] bytes = new byte[40];
        Assert.Equal(40, AdvertisementFormat.WritePacket(bytes, RouterFixture.Settings(), ToGroup(100)));

        // Type of service c0, total length 40, identification and DF 0, time to live 255, protocol 112, 192.0.2.10 to 224.0.0.18.
        Assert.Equal("45C0002800000000FF70" + "1889" + "C000020A" + "E0000012", Convert.ToHexString(bytes.AsSpan(0, 20)));
        Assert.Equal(0xFFFF, SumByTheRfc(bytes.AsSpan(0, 20)));
    }

    [Fact]
    public void Checksum_is_right_for_any_settings() =>
        Gen.Select(Gen.Byte[1, 255], Gen.Byte, Gen.Int[1, 255], Gen.UInt.Array[0, 255], Gen.String[0, 20])
            .Sample((id, priority, interval, addresses, password) =>
        {
            VirtualRouterSettings settings = RouterFixture.Settings() with
            {
                VirtualRouterId = id,
                AdvertisementInterval = TimeSpan.FromSeconds(interval),
                AdvertisedAddresses = [.. addresses.Select(IpAddress.FromV4)],
                Authentication = password.Length == 0 ? AuthenticationType.None : AuthenticationType.SimpleTextPassword,
                Password = VrrpPassword.FromText(password),
            };
            byte[] bytes = new byte[36 + (4 * addresses.Length)];
            int length = AdvertisementFormat.WritePacket(bytes, settings, ToGroup(priority));
            Assert.Equal(bytes.Length, length);
            Assert.Equal(0xFFFF, SumByTheRfc(bytes.AsSpan(20)));
            Assert.Equal(0xFFFF, SumByTheRfc(bytes.AsSpan(0, 20)));

            Assert.True(VrrpAdvertisement.TryReadVirtualRouterId(bytes, out byte read));
            Assert.Equal(id, read);
            VirtualRouterState state = VirtualRouterState.Initial(settings, interfaceIsUp: true, RouterFixture.OwnAddress, TimeSpan.Zero);
            Assert.Equal(DiscardReason.None, AdvertisementCheck.Check(bytes, settings, state, out VrrpAdvertisement advert));
            var expected = new VrrpAdvertisement(id, priority, TimeSpan.FromSeconds(interval), RouterFixture.OwnAddress, AddressesDiffer: false);
            Assert.Equal(expected, advert);
        });

    [Theory]
    [InlineData("", "0000000000000000")]
    [InlineData("1111", "3131313100000000")]
    [InlineData("12345678", "3132333435363738")]
    [InlineData("123456789", "3132333435363738")]
    [InlineData("ä", "C3A4000000000000")]
    public void Password_is_cut_off_or_padded_to_eight_bytes(string text, string expected)
    {
        byte[] bytes = new byte[8];
        VrrpPassword.FromText(text).Write(bytes);
        Assert.Equal(expected, Convert.ToHexString(bytes));
        Assert.Equal(VrrpPassword.FromText(text), VrrpPassword.Read(bytes));
    }

    [Fact]
    public void Password_does_not_show_in_text()
    {
        Assert.DoesNotContain("1111", VrrpPassword.FromText("1111").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("1111", RouterFixture.Settings().ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(19)]
    [InlineData(27)]
    public void No_virtual_router_id_is_read_from_too_few_bytes(int length)
    {
        byte[] bytes = new byte[40];
        AdvertisementFormat.WritePacket(bytes, RouterFixture.Settings(), ToGroup(100));
        Assert.False(VrrpAdvertisement.TryReadVirtualRouterId(bytes.AsSpan(0, length), out _));
        bytes[9] = 17;
        Assert.False(VrrpAdvertisement.TryReadVirtualRouterId(bytes, out _));
    }

    private static AdvertisementRoute ToGroup(byte priority) => new(priority, RouterFixture.OwnAddress, VrrpAdvertisement.Group4);

    private static int SumByTheRfc(ReadOnlySpan<byte> bytes)
    {
        int sum = 0;
        for (int i = 0; i < bytes.Length; i += 2)
            sum += (bytes[i] << 8) | bytes[i + 1];
        while (sum >> 16 != 0)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return sum;
    }
}
