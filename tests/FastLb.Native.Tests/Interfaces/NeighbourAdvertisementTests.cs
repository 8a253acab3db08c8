using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using FastLb.Native.Interfaces;
using FastLb.Native.Tests.Namespaces;
using FastLb.Netlink;

namespace FastLb.Native.Tests.Interfaces;

public sealed class NeighbourAdvertisementTests
{
    private static readonly PhysicalAddress Owner = PhysicalAddress.Parse("00-00-5E-00-02-34");
    private static readonly IPAddress Address = IPAddress.Parse("2001:db8::100");

    [Theory]
    [InlineData(false, "20")]
    [InlineData(true, "A0")]
    public void Frame_is_laid_out_as_the_rfcs_say(bool isRouter, string flags)
    {
        byte[] frame = new byte[NeighbourAdvertisement.FrameSize];

        NeighbourAdvertisement.Write(frame, Owner, Address, isRouter);

        string expected = "333300000001" + "00005E000234" + "86DD" + "60000000" + "0020" + "3A" + "FF" + "20010DB8000000000000000000000100" + "FF020000000000000000000000000001"
            + "8800" + Convert.ToHexString(frame.AsSpan(56, 2)) + flags + "000000" + "20010DB8000000000000000000000100" + "0201" + "00005E000234";
        Assert.Equal(expected, Convert.ToHexString(frame));
        Assert.Equal(0xFFFF, SumWithPseudoHeader(frame));
    }

    [Fact]
    public void Neighbour_that_knew_another_owner_learns_the_new_one()
    {
        using VethPair pair = new();
        foreach ((NetworkNamespace place, string device, string own) in new[] { (pair.Near, VethPair.NearName, "2001:db8::1"), (pair.Far, VethPair.FarName, "2001:db8::2") })
        {
            place.Invoke(() => File.WriteAllText($"/proc/sys/net/ipv6/conf/{device}/disable_ipv6", "0"));
            place.Run("ip", $"address add {own}/64 dev {device} nodad");
        }

        pair.AwaitTraffic();
        pair.Far.Run("ip", $"neighbour add {Address} lladdr 02:00:00:00:00:77 dev {VethPair.FarName} nud stale");
        using NeighbourAdvertisementSender sender = pair.Near.Invoke(NeighbourAdvertisementSender.Open);
        using Rtnetlink far = pair.Far.Invoke(Rtnetlink.Open);
        int index = pair.Near.Invoke(() => NetworkDevice.Read(VethPair.NearName).Index);
        int farIndex = far.Links.Find(VethPair.FarName)!.Index;

        Eventually.Read(
            () =>
            {
                sender.Announce(index, Owner, Address, isRouter: true);
                return far.Neighbours.Find(farIndex, Address);
            },
            entry => Owner.Equals(entry?.Mac) && entry.Flags.HasFlag(NeighbourFlags.Router));
    }

    [Fact]
    public void Interface_that_is_down_or_gone_is_told()
    {
        using NetworkNamespace place = new();
        place.Run("ip", "link add near type veth peer name far");
        using NeighbourAdvertisementSender sender = place.Invoke(NeighbourAdvertisementSender.Open);
        int index = place.Invoke(() => NetworkDevice.Read("near").Index);

        Assert.Equal(Errno.ENETDOWN, Assert.Throws<SystemCallException>(() => sender.Announce(index, Owner, Address, isRouter: false)).Errno);
        SystemCallException gone = Assert.Throws<SystemCallException>(() => sender.Announce(9999, Owner, Address, isRouter: false));
        Assert.Equal("send neighbour advertisement for 2001:db8::100 on interface 9999: ENXIO: there is no such interface in this network namespace", gone.Message);
    }

    [Fact]
    public void Ipv4_and_other_link_layers_are_refused()
    {
        Assert.Throws<ArgumentException>(() => NeighbourAdvertisement.Write(new byte[100], Owner, IPAddress.Loopback, isRouter: false));
        Assert.Throws<ArgumentException>(() => NeighbourAdvertisement.Write(new byte[100], PhysicalAddress.Parse("0102"), Address, isRouter: false));
    }

    [Fact]
    public void Settings_of_an_interface_are_read_and_changed_in_its_namespace()
    {
        using NetworkNamespace place = new();
        place.Run("ip", "link add a.b type veth peer name far");
        place.Invoke(() =>
        {
            Assert.False(InterfaceSysctls.Forwards(AddressFamily.InterNetworkV6, "a.b"));
            Assert.Equal(0, InterfaceSysctls.Write(AddressFamily.InterNetworkV6, "a.b", "forwarding", 1));
            Assert.True(InterfaceSysctls.Forwards(AddressFamily.InterNetworkV6, "a.b"));
            Assert.Equal(0, InterfaceSysctls.PromoteSecondaries("a.b"));
            Assert.Equal(1, InterfaceSysctls.PromoteSecondaries("a.b"));
            Assert.Null(InterfaceSysctls.PromoteSecondaries("missing"));
            Assert.Null(InterfaceSysctls.Read(AddressFamily.InterNetwork, "a.b", "no_such_setting"));
        });
    }

    private static int SumWithPseudoHeader(byte[] frame)
    {
        int sum = 32 + 58;
        for (int at = 22; at < frame.Length; at += 2)
            sum += (frame[at] << 8) | frame[at + 1];
        while (sum > 0xFFFF)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return sum;
    }
}
