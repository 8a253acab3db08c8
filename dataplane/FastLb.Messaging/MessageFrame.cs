using System.Buffers;
using System.Buffers.Binary;

namespace FastLb.Messaging;

/// <summary>
/// The frame around a message on the stream: length of the payload (32 bits), version of the protocol (16), reserved (16), all big-endian, then the payload.
/// </summary>
public static class MessageFrame
{
    /// <summary>Bytes before the payload.</summary>
    public const int HeaderLength = 8;

    /// <summary>The protocol spoken here. Another one is refused: the processes of one director are one executable.</summary>
    public const ushort Version = 1;

    /// <summary>No message is larger: a length beyond it means that the peer does not speak this protocol.</summary>
    public const int MaximumPayload = 256 * 1024 * 1024;

    /// <summary>Writes the header for a payload of this length.</summary>
    public static void WriteHeader(Span<byte> header, int payloadLength)
    {
        BinaryPrimitives.WriteInt32BigEndian(header, payloadLength);
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], Version);
        BinaryPrimitives.WriteUInt16BigEndian(header[6..], 0);
    }

    /// <summary>Takes one whole frame off the front of <paramref name="buffer"/>; false while it is not all there.</summary>
    /// <exception cref="ChannelProtocolException">The peer speaks another version, or no such protocol at all.</exception>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> payload)
    {
        payload = default;
        if (buffer.Length < HeaderLength)
            return false;
        Span<byte> header = stackalloc byte[HeaderLength];
        buffer.Slice(0, HeaderLength).CopyTo(header);
        ushort version = BinaryPrimitives.ReadUInt16BigEndian(header[4..]);
        if (version != Version)
            throw new ChannelProtocolException($"the peer speaks version {version} of the protocol, not {Version}: both processes must come from the same FastLb");
        int length = BinaryPrimitives.ReadInt32BigEndian(header);
        if (length is < 0 or > MaximumPayload)
            throw new ChannelProtocolException($"the peer announces a message of {length} bytes; at most {MaximumPayload} are taken");
        if (buffer.Length < HeaderLength + (long)length)
            return false;
        payload = buffer.Slice(HeaderLength, length);
        buffer = buffer.Slice(HeaderLength + (long)length);
        return true;
    }
}

/// <summary>The peer did not keep to the protocol; the connection is of no more use.</summary>
public sealed class ChannelProtocolException(string message, Exception? inner = null) : Exception(message, inner);
