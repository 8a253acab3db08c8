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
