using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastLb.Netlink.Protocol;

/// <summary>One received message over bytes it does not own.</summary>
internal readonly ref struct NetlinkMessage
{
    private readonly MessageHeader _header;

    public NetlinkMessage(MessageHeader header, ReadOnlySpan<byte> payload)
    {
        _header = header;
        Payload = payload;
    }

    public ushort Type => _header.Type;

    public ushort Flags => _header.Flags;

    public uint Sequence => _header.Sequence;

    /// <summary>What follows the header.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Splits the payload into its fixed body and the attributes; false when it is too short for the body.</summary>
    public bool TryReadBody<TBody>(out TBody body, out NetlinkAttributeReader attributes)
        where TBody : unmanaged
    {
        if (!MemoryMarshal.TryRead(Payload, out body))
        {
            attributes = default;
            return false;
        }

        attributes = new NetlinkAttributeReader(Payload[Unsafe.SizeOf<TBody>()..]);
        return true;
    }
}

/// <summary>Walks the messages of one received datagram.</summary>
internal ref struct NetlinkMessageReader(ReadOnlySpan<byte> datagram)
{
    private ReadOnlySpan<byte> _rest = datagram;

    /// <summary>True when the datagram ends within a message: it was cut short, and what it said is lost.</summary>
    public bool IsTruncated { get; private set; }

    public bool TryRead(out NetlinkMessage message)
    {
        message = default;
        if (_rest.IsEmpty)
            return false;

        int headerSize = Unsafe.SizeOf<MessageHeader>();
        if (!MemoryMarshal.TryRead(_rest, out MessageHeader header) || header.Length < headerSize || header.Length > _rest.Length)
        {
            IsTruncated = true;
            _rest = default;
            return false;
        }

        int length = (int)header.Length;
        message = new NetlinkMessage(header, _rest[headerSize..length]);
        _rest = _rest[Math.Min((length + 3) & ~3, _rest.Length)..];
        return true;
    }
}
