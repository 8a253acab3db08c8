using System.Net;
using System.Runtime.InteropServices;
using FastLb.Netlink;
using FastLb.Netlink.Protocol;

namespace FastLb.Native.Tests.Netlink;

public sealed class NetlinkParsingTests
{
    private static readonly byte[] Address = NetlinkRequest.Do(RtnetlinkConstants.RTM_NEWADDR, new AddressMessageBody { Family = 2, PrefixLength = 32, Index = 7 })
        .Attribute(RtnetlinkConstants.IFA_LABEL, "eth0") // five octets: padded
        .Attribute(RtnetlinkConstants.IFA_LOCAL, IPAddress.Parse("192.0.2.100"))
        .ToMessage(sequence: 42);

    [Fact]
    public void Message_round_trips_with_padded_attributes()
    {
        NetlinkMessageReader messages = new([.. Address, .. Address]);

        Assert.True(messages.TryRead(out NetlinkMessage first));
        Assert.True(messages.TryRead(out NetlinkMessage second));
        Assert.False(messages.TryRead(out _));

        Assert.False(messages.IsTruncated);
        Assert.Equal(42u, first.Sequence);
        Assert.Equal(new AddressInfo(7, IPAddress.Parse("192.0.2.100"), 32) { Label = "eth0" }, AddressTable.Parse(second));
    }

    [Theory]
    [InlineData("vlan", 0x8100)]
    [InlineData("vlan", 0x88A8)]
    [InlineData("macvlan", null)] // whose data has other attributes under the same numbers
    public void Tag_of_a_vlan_interface_is_read(string kind, int? etherType)
    {
        byte[] message = NetlinkRequest.Do(RtnetlinkConstants.RTM_NEWLINK, new LinkMessageBody { Index = 9 })
            .Attribute(RtnetlinkConstants.IFLA_IFNAME, "eth1.100")
            .Attribute(RtnetlinkConstants.IFLA_LINK, 3u)
            .Nested(RtnetlinkConstants.IFLA_LINKINFO, info => info
                .Attribute(RtnetlinkConstants.IFLA_INFO_KIND, kind)
                .Nested(RtnetlinkConstants.IFLA_INFO_DATA, data => data
                    .Attribute(RtnetlinkConstants.IFLA_VLAN_ID, BitConverter.GetBytes((ushort)100).AsSpan())
                    .Attribute(RtnetlinkConstants.IFLA_VLAN_PROTOCOL, [(byte)((etherType ?? 0) >> 8), (byte)(etherType ?? 0)])))
            .ToMessage(sequence: 1);
        Assert.True(new NetlinkMessageReader(message).TryRead(out NetlinkMessage link));

        LinkVlan? expected = etherType is { } type ? new LinkVlan(100, (ushort)type) : null;
        Assert.Equal(new LinkInfo(9, "eth1.100", 0, LinkFlags.None) { LowerIndex = 3, Kind = kind, Vlan = expected }, LinkTable.Parse(link));
    }

    [Fact]
    public void Vlan_interface_whose_device_is_in_another_namespace_says_so()
    {
        byte[] message = NetlinkRequest.Do(RtnetlinkConstants.RTM_NEWLINK, new LinkMessageBody { Index = 9 })
            .Attribute(RtnetlinkConstants.IFLA_LINK, 3u)
            .Attribute(RtnetlinkConstants.IFLA_LINK_NETNSID, 0u)
            .ToMessage(sequence: 1);
        Assert.True(new NetlinkMessageReader(message).TryRead(out NetlinkMessage link));

        Assert.True(LinkTable.Parse(link)!.LowerIsElsewhere);
    }

    [Fact]
    public void Every_cut_of_a_message_is_told_as_truncated()
    {
        for (int length = 1; length < Address.Length; length++)
        {
            NetlinkMessageReader messages = new(Address.AsSpan(0, length));
            Assert.False(messages.TryRead(out _));
            Assert.True(messages.IsTruncated);
        }
    }

    [Fact]
    public void Header_shorter_than_itself_ends_the_walk()
    {
        byte[] bytes = [.. Address];
        MemoryMarshal.Write(bytes, 15);
        NetlinkMessageReader messages = new(bytes);

        Assert.False(messages.TryRead(out _));
        Assert.True(messages.IsTruncated);
    }

    /// <summary>Whatever a datagram holds, parsing ends without a fault: lengths in it may lie.</summary>
    [Fact]
    public void Mutated_messages_are_parsed_without_a_fault()
    {
        const int Seed = 20571;
        Random random = new(Seed);
        ushort[] types =
        [
            RtnetlinkConstants.RTM_NEWLINK, RtnetlinkConstants.RTM_NEWADDR, RtnetlinkConstants.RTM_NEWROUTE, RtnetlinkConstants.RTM_NEWNEIGH,
        ];
        byte[] families = [RtnetlinkConstants.AF_UNSPEC, RtnetlinkConstants.AF_INET, RtnetlinkConstants.AF_INET6];
        int parsed = 0;
        for (int round = 0; round < 200_000; round++)
        {
            byte[] payload = new byte[random.Next(96)];
            random.NextBytes(payload);
            if (payload.Length > 0)
                payload[0] = families[random.Next(families.Length)];
            for (int at = 12; at + 4 <= payload.Length; at += 8) // plausible attribute headers
            {
                payload[at] = (byte)random.Next(24);
                payload[at + 1] = 0;
                payload[at + 2] = (byte)random.Next(32);
                payload[at + 3] = 0;
            }

            NetlinkMessage message = new(new MessageHeader { Type = types[round % types.Length] }, payload);
            object? result = (object?)LinkTable.Parse(message) ?? AddressTable.Parse(message) ?? (object?)RouteTable.Parse(message) ?? NeighbourTable.Parse(message);
            parsed += result is null ? 0 : 1;
        }

        Assert.True(parsed > 1000, $"seed {Seed}: only {parsed} messages were understood at all");
    }
}
