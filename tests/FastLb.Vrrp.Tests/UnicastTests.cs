using FastLb.Wire;

namespace FastLb.Vrrp.Tests;

/// <summary>Advertisements that go to each director by itself.</summary>
public sealed class UnicastTests
{
    private static readonly IpAddress Peer = RouterFixture.HigherAddress;
    private static readonly IpAddress Own = RouterFixture.OwnAddress;

    private static readonly VirtualRouterSettings Settings = RouterFixture.Settings() with { Peers = [new VrrpPeer(Peer)] };
    private static readonly VirtualRouterSettings Settings3 = Settings with { Version = 3, Authentication = AuthenticationType.None };

    [Fact]
    public void A_peer_s_advertisement_counts() => Assert.Equal(DiscardReason.None, RouterFixture.Check(Settings, Packet(Settings, Peer)));

    [Fact]
    public void One_by_multicast_does_not() => Assert.Equal(DiscardReason.NotUnicast, RouterFixture.Check(Settings, RouterFixture.Packet(Settings, 100, Peer)));

    [Fact]
    public void Another_host_s_counts_unless_the_source_is_checked()
    {
        byte[] packet = Packet(Settings, RouterFixture.LowerAddress);
        Assert.Equal(DiscardReason.None, RouterFixture.Check(Settings, packet));
        Assert.Equal(DiscardReason.UnknownPeer, RouterFixture.Check(Settings with { ChecksPeers = true }, packet));
    }

    [Theory]
    [InlineData(null, null, 1, DiscardReason.None)]
    [InlineData((byte)254, null, 254, DiscardReason.None)]
    [InlineData((byte)254, null, 253, DiscardReason.WrongTimeToLive)]
    [InlineData(null, (byte)64, 64, DiscardReason.None)]
    [InlineData(null, (byte)64, 65, DiscardReason.WrongTimeToLive)]
    public void A_peer_s_time_to_live_is_what_is_configured_for_it(byte? least, byte? most, byte timeToLive, DiscardReason reason)
    {
        VirtualRouterSettings settings = Settings with { Peers = [new VrrpPeer(Peer, least, most)] };
        Assert.Equal(reason, RouterFixture.Check(settings, Packet(settings, Peer, timeToLive)));
    }

    [Fact]
    public void A_checksum_over_the_multicast_group_is_found_out_and_answered_alike() // keepalived before 1.3.7
    {
        byte[] old = Packet(Settings3 with { PseudoHeader = PseudoHeaderRule.Group }, Peer);
        Assert.Equal(DiscardReason.WrongChecksum, RouterFixture.Check(Settings3 with { PseudoHeader = PseudoHeaderRule.Own }, old));
        Assert.Equal(DiscardReason.WrongChecksum, RouterFixture.Check(Settings3 with { PseudoHeader = PseudoHeaderRule.Group }, Packet(Settings3, Peer)));
        Assert.Equal(DiscardReason.None, RouterFixture.Check(Settings3, old, out VrrpAdvertisement advertisement));
        Assert.True(advertisement.SumsUpGroup);

        RouterFixture router = RouterFixture.Backup(Settings3);
        router.Do(VrrpInput.AdvertReceived(advertisement with { Priority = 1 }));
        Assert.True(router.State.SumsUpGroup);
        byte[] answer = new byte[AdvertisementFormat.PacketLengthOf(Settings3)];
        AdvertisementFormat.WritePacket(answer, Settings3, new AdvertisementRoute(100, Own, Peer) { SumsUpGroup = router.State.SumsUpGroup });
        Assert.Equal(DiscardReason.None, RouterFixture.Check(Settings3 with { PseudoHeader = PseudoHeaderRule.Group }, answer));
    }

    private static byte[] Packet(VirtualRouterSettings settings, IpAddress source, byte timeToLive = 255)
    {
        byte[] packet = new byte[AdvertisementFormat.PacketLengthOf(settings)];
        AdvertisementFormat.WritePacket(packet, settings, new AdvertisementRoute(100, source, Own) { TimeToLive = timeToLive });
        return packet;
    }
}
