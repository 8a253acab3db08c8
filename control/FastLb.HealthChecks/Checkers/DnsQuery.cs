using System.Buffers.Binary;
using System.Text;
using FastLb.Configuration.Model.Checks;

namespace FastLb.HealthChecks.Checkers;

/// <summary>A question to a name server and the header of its answer (RFC 1035 section 4.1).</summary>
internal static class DnsQuery
{
    /// <summary>No query is longer: header, name and what follows that.</summary>
    public const int Longest = HeaderLength + 255 + 4;

    /// <summary>Of every message, in bytes.</summary>
    public const int HeaderLength = 12;

    private const int FlagsOffset = 2, QuestionCountOffset = 4;
    private const ushort RecursionDesired = 0x0100, IsAnswer = 0x8000, ResponseCode = 0x000F;
    private const ushort Internet = 1;

    /// <summary>Writes a query for one name.</summary>
    /// <param name="message">At least <see cref="Longest"/> bytes.</param>
    /// <param name="id">What tells its answer from others.</param>
    /// <param name="name">As <see cref="DnsCheck.Name"/>.</param>
    /// <param name="type">What is asked of the name.</param>
    /// <returns>The length of the query in bytes.</returns>
    public static int Write(Span<byte> message, ushort id, string name, DnsRecordType type)
    {
        message[..HeaderLength].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(message, id);
        BinaryPrimitives.WriteUInt16BigEndian(message[FlagsOffset..], RecursionDesired);
        BinaryPrimitives.WriteUInt16BigEndian(message[QuestionCountOffset..], 1);
        int at = HeaderLength;
        foreach (string label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            int length = Encoding.UTF8.GetBytes(label, message[(at + 1)..]);
            message[at] = (byte)length;
            at += 1 + length;
        }

        message[at++] = 0; // the root
        BinaryPrimitives.WriteUInt16BigEndian(message[at..], (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(message[(at + 2)..], Internet);
        return at + 4;
    }

    /// <summary>The response code of an answer to a query.</summary>
    /// <param name="message">Anything.</param>
    /// <param name="id">That of the query.</param>
    /// <returns>0 to 15; null for what is no answer to it.</returns>
    public static int? ReadResponseCode(ReadOnlySpan<byte> message, ushort id)
    {
        if (message.Length < HeaderLength || BinaryPrimitives.ReadUInt16BigEndian(message) != id)
            return null;
        ushort flags = BinaryPrimitives.ReadUInt16BigEndian(message[FlagsOffset..]);
        return (flags & IsAnswer) == 0 ? null : flags & ResponseCode;
    }
}
