using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace FastLb.Netlink.Protocol;

/// <summary>Builds one netlink message: header, fixed body, attributes padded to four octets.</summary>
internal sealed class NetlinkRequest
{
    private readonly ArrayBufferWriter<byte> _buffer = new(256);
    private MessageHeader _header;

    /// <summary>Attributes alone, for the inside of another one.</summary>
    private NetlinkRequest()
    {
    }

    private NetlinkRequest(ushort type, ushort flags)
    {
        _header = new MessageHeader { Type = type, Flags = flags };
        Append(_header);
    }

    /// <summary>A request that ends with an acknowledgement.</summary>
    public static NetlinkRequest Do<TBody>(ushort type, TBody body, ushort flags = 0)
        where TBody : unmanaged
    {
        NetlinkRequest request = new(type, (ushort)(NetlinkConstants.NLM_F_REQUEST | NetlinkConstants.NLM_F_ACK | flags));
        request.Append(body);
        return request;
    }

    /// <summary>A request for everything of a type.</summary>
    public static NetlinkRequest Dump<TBody>(ushort type, TBody body)
        where TBody : unmanaged
    {
        NetlinkRequest request = new(type, NetlinkConstants.NLM_F_REQUEST | NetlinkConstants.NLM_F_DUMP);
        request.Append(body);
        return request;
    }

    public NetlinkRequest Attribute(ushort type, ReadOnlySpan<byte> value)
    {
        Append(new AttributeHeader { Length = (ushort)(Unsafe.SizeOf<AttributeHeader>() + value.Length), Type = type });
        _buffer.Write(value);
        int padding = -value.Length & 3;
        _buffer.GetSpan(4)[..padding].Clear();
        _buffer.Advance(padding);
        return this;
    }

    public NetlinkRequest Attribute(ushort type, byte value) => Attribute(type, new ReadOnlySpan<byte>(ref value));

    public NetlinkRequest Attribute(ushort type, ushort value) => Attribute(type, MemoryMarshal.AsBytes(new ReadOnlySpan<ushort>(ref value)));

    public NetlinkRequest Attribute(ushort type, uint value) => Attribute(type, MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(ref value)));

    public NetlinkRequest Attribute(ushort type, IPAddress value) => Attribute(type, value.GetAddressBytes());

    /// <summary>Adds a string with its terminating zero.</summary>
    public NetlinkRequest Attribute(ushort type, string value) => Attribute(type, Encoding.UTF8.GetBytes(value + '\0'));

    /// <summary>Adds an attribute that has attributes within.</summary>
    public NetlinkRequest Nested(ushort type, Action<NetlinkRequest> fill)
    {
        NetlinkRequest within = new();
        fill(within);
        return Attribute(type, within._buffer.WrittenSpan);
    }

    /// <summary>Adds one way of a multipath route: a header, which gets its length here, and attributes.</summary>
    public NetlinkRequest Hop(NextHopHeader header, Action<NetlinkRequest> fill)
    {
        NetlinkRequest within = new();
        fill(within);
        header.Length = (ushort)(Unsafe.SizeOf<NextHopHeader>() + within._buffer.WrittenCount);
        Append(header);
        _buffer.Write(within._buffer.WrittenSpan);
        return this;
    }

    /// <summary>The whole message under the given sequence number.</summary>
    public byte[] ToMessage(uint sequence)
    {
        byte[] message = _buffer.WrittenSpan.ToArray();
        _header.Length = (uint)message.Length;
        _header.Sequence = sequence;
        MemoryMarshal.Write(message, _header);
        return message;
    }

    private void Append<T>(T value)
        where T : unmanaged => _buffer.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(ref value)));
}
