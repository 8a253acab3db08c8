using System.Buffers.Binary;
using System.Net;
using FastLb.DataplaneChannel.Messages;
using FastLb.Messaging;

namespace FastLb.DataplaneChannel.Tests;

public sealed class MessageChannelTests
{
    public static TheoryData<ChannelMessage> Messages => new((ChannelMessage[])[
        new ApplyDesiredState(1, new DesiredState(7, [new DesiredInterface("ens33", 2, "02:00:00:00:01:30", 1500)], [Service("192.0.2.100"), Service("2001:db8::100")], [IPAddress.Parse("192.0.2.130")])),
        new ApplyAdjacencies(2, new AdjacencyState([new ServerAdjacency(IPAddress.Parse("2001:db8::1"), NeighbourState.Resolved, 2, "02:00:00:00:01:32", "02:00:00:00:01:30", 1500, IPAddress.Parse("2001:db8::130"), null) { Vlan = new ServerVlan(100, 0x8100) }])),
        new ApplyNeighbourMove(7, new NeighbourMove(2, "02:00:00:00:00:50", "02:00:00:00:00:51", IPAddress.Parse("192.0.2.50"))),
        new StatusRequest(3),
        new ConnectionsRequest(6, 2048, new ConnectionFilter(TransportProtocol.Udp, Client: IPAddress.Parse("192.0.2.0"), ClientPrefixLength: 24)),
        new ConnectionsAnswer(6, [new ConnectionStatus(
            TransportProtocol.Tcp, IPAddress.Parse("192.0.2.9"), 1024, IPAddress.Parse("192.0.2.100"), 80, IPAddress.Parse("192.0.2.1"), 80, "ESTABLISHED", 899.875)], 4096),
        new Applied(4),
        new Refused(5, "queue 3 does not exist on eth0; it has 2"),
    ]);

    [Theory]
    [MemberData(nameof(Messages), DisableDiscoveryEnumeration = true)]
    public async Task Message_arrives_as_it_was_sent_however_the_stream_is_cut(ChannelMessage message)
    {
        byte[] bytes = await Encode(message);
        await using var channel = new MessageChannel<ChannelMessage>(new DripStream(bytes), ChannelJson.Default.ChannelMessage);

        ChannelMessage? received = await channel.Receive(TestContext.Current.CancellationToken);

        Assert.Equal(bytes, await Encode(received!));
        Assert.Null(await channel.Receive(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Messages_that_arrive_at_once_are_told_apart()
    {
        byte[] bytes = [.. await Encode(new Applied(1)), .. await Encode(new Refused(2, "no"))];
        await using var channel = new MessageChannel<ChannelMessage>(new MemoryStream(bytes), ChannelJson.Default.ChannelMessage);

        Assert.Equal(new Applied(1), await channel.Receive(TestContext.Current.CancellationToken));
        Assert.Equal(new Refused(2, "no"), await channel.Receive(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Other_version_is_refused_by_its_number()
    {
        byte[] bytes = await Encode(new Applied(1));
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), 9);

        ChannelProtocolException fault = await Assert.ThrowsAsync<ChannelProtocolException>(() => ReceiveFrom(bytes));

        Assert.Contains("version 9", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Length_beyond_all_bounds_is_refused()
    {
        byte[] bytes = await Encode(new Applied(1));
        BinaryPrimitives.WriteInt32BigEndian(bytes, MessageFrame.MaximumPayload + 1);

        await Assert.ThrowsAsync<ChannelProtocolException>(() => ReceiveFrom(bytes));
    }

    [Fact]
    public async Task Message_that_is_cut_off_is_refused_at_every_length()
    {
        byte[] bytes = await Encode(new Refused(2, "no"));
        for (int length = 1; length < bytes.Length; length++)
        {
            byte[] cut = bytes[..length];
            await Assert.ThrowsAsync<ChannelProtocolException>(() => ReceiveFrom(cut));
        }
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("{\"kind\":\"unheard-of\",\"request\":1}")]
    [InlineData("{\"kind\":\"apply-desired-state\",\"request\":1}")]
    public async Task Payload_that_is_no_message_is_refused(string payload)
    {
        byte[] bytes = new byte[MessageFrame.HeaderLength + payload.Length];
        MessageFrame.WriteHeader(bytes, payload.Length);
        System.Text.Encoding.ASCII.GetBytes(payload, bytes.AsSpan(MessageFrame.HeaderLength));

        await Assert.ThrowsAsync<ChannelProtocolException>(() => ReceiveFrom(bytes));
    }

    private static DesiredService Service(string address) => new(
        IPAddress.Parse(address), TransportProtocol.Tcp, 80, "wrr", ForwardingMethod.DirectRouting, IsSteered: true,
        [new DesiredServer(IPAddress.Parse(address), 80, 3, ForwardingMethod.DirectRouting)]);

    private static async Task<byte[]> Encode(ChannelMessage message)
    {
        var stream = new MemoryStream();
        await using (var channel = new MessageChannel<ChannelMessage>(stream, ChannelJson.Default.ChannelMessage))
            await channel.Send(message, TestContext.Current.CancellationToken);
        return stream.ToArray();
    }

    private static async Task<ChannelMessage?> ReceiveFrom(byte[] bytes)
    {
        await using var channel = new MessageChannel<ChannelMessage>(new MemoryStream(bytes), ChannelJson.Default.ChannelMessage);
        return await channel.Receive(TestContext.Current.CancellationToken);
    }

    /// <summary>Gives one byte at a time.</summary>
    private sealed class DripStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
    }
}
